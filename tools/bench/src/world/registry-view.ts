import { readFile } from 'node:fs/promises';
import { mintRegistryToken, RegistryClient, registryTokenKey } from '@cooperage/oci';
import type { TestServices } from '@cooperage/testing';

const ttlSeconds = 60;

/** The registry as somebody sees it who may pull from one repository, for a minute. */
export async function registryView(services: TestServices, repository: string): Promise<RegistryClient> {
  const { host, issuer, service, tokenKeyFile, tokenCertFile } = services.registry;
  const key = registryTokenKey(await readFile(tokenKeyFile), await readFile(tokenCertFile));
  const scopes = [{ repository, actions: ['pull'] as const }];
  const request = { issuer, service, subject: 'script', asked: scopes, granted: scopes, ttlSeconds, nowMs: Date.now() };
  const { token } = mintRegistryToken(key, request);
  const credentials = { kind: 'token', tokenFor: () => Promise.resolve(token) } as const;
  return new RegistryClient({ host, scheme: 'http', timeoutMs: 10_000, credentials });
}
