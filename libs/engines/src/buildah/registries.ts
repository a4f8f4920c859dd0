import type { BuildRequest } from '../build-request.js';
import type { GatePass } from './registry-gate.js';

export interface RegistrySetting {
  /** Address of the gate. */
  readonly gate: string;
  /** `host:port` that is asked before Docker Hub, without TLS. */
  readonly mirror?: string;
}

/**
 * Where images are fetched from (https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md): the
 * service's own registry through the gate, short names from Docker Hub.
 */
export function registriesConf({ push }: Pick<BuildRequest, 'push'>, { gate, mirror }: RegistrySetting): string {
  return [
    'unqualified-search-registries = ["docker.io"]',
    'short-name-mode = "disabled"',
    ...registry(push.host, gate, true),
    ...registry(gate, gate, true),
    ...(mirror === undefined
      ? []
      : [
          ...registry('docker.io', 'docker.io', false),
          '[[registry.mirror]]',
          `location = "${mirror}"`,
          'insecure = true',
        ]),
    '',
  ].join('\n');
}

function registry(prefix: string, location: string, insecure: boolean): string[] {
  return ['[[registry]]', `prefix = "${prefix}"`, `location = "${location}"`, `insecure = ${insecure}`];
}

/** Credentials for the gate, and of the registries that the Dockerfile names; of no other. */
export function authFile(
  { id, request, password }: GatePass,
  { gate }: RegistrySetting,
  images: readonly string[],
): string {
  const own = Buffer.from(`${id}:${password}`).toString('base64');
  const auths: Record<string, { auth: string }> = { [gate]: { auth: own }, [request.push.host]: { auth: own } };
  for (const host of new Set(images.map(registryOf))) {
    const found = host in auths ? null : request.registryAuth.credentials(host);
    if (found) auths[host] = { auth: Buffer.from(`${found.username}:${found.password}`).toString('base64') };
  }
  return JSON.stringify({ auths });
}

/** The host in an image's name; Docker Hub's for short ones. */
export function registryOf(image: string): string {
  const [first, ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first!) || first === 'localhost') ? first! : 'docker.io';
}
