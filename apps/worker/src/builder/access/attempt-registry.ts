import type { BuildRequest } from '@cooperage/engines';
import { RegistryClient } from '@cooperage/oci';

export interface OwnRegistry {
  readonly host: string;
  readonly insecure: boolean;
}

/** The service's own registry with the rights of one attempt: its staging repository and its cache. */
export function attemptRegistry({ host, insecure }: OwnRegistry, auth: BuildRequest['registryAuth']): RegistryClient {
  const tokenFor = async () => (await auth.token(host, []))?.token ?? '';
  const scheme = insecure ? 'http' : 'https';
  return new RegistryClient({ host, scheme, timeoutMs: 10_000, credentials: { kind: 'token', tokenFor } });
}
