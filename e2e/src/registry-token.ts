import { readFile } from 'node:fs/promises';
import { mintRegistryToken, registryTokenKey } from '@cooperage/oci';
import { services } from '@cooperage/testing';

/** A token of the test registry for one repository. */
export async function registryToken(
  repository: string,
  actions: readonly ('pull' | 'push' | 'delete')[] = ['pull'],
): Promise<string> {
  const { registry } = services();
  const key = registryTokenKey(await readFile(registry.tokenKeyFile), await readFile(registry.tokenCertFile));
  const scopes = [{ repository, actions }];
  const { issuer, service } = registry;
  return mintRegistryToken(key, {
    issuer,
    service,
    subject: 'test',
    asked: scopes,
    granted: scopes,
    ttlSeconds: 300,
    nowMs: Date.now(),
  }).token;
}
