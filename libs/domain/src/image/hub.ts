/** Docker Hub, as references and stored credentials name it. */
export const dockerHub = 'docker.io';

/** Where a registry is asked: Docker Hub goes by another name on the network. */
export function registryAddressOf(host: string): string {
  return host === dockerHub ? 'registry-1.docker.io' : host;
}
