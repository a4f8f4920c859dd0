import { RegistryClient } from '@cooperage/oci';
import { registryToken, type TestServices } from '@cooperage/testing';

const ttlSeconds = 60;

/** The registry as somebody sees it who may pull from one repository, for a minute. */
export function registryView({ registry }: TestServices, repository: string): RegistryClient {
  const token = registryToken(repository, ['pull'], registry, ttlSeconds);
  const credentials = { kind: 'token', tokenFor: () => Promise.resolve(token) } as const;
  return new RegistryClient({ host: registry.host, scheme: 'http', timeoutMs: 10_000, credentials });
}
