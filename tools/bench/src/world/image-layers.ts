import { readFile } from 'node:fs/promises';
import { mintRegistryToken, parseImageConfig, RegistryClient, readImageTree, registryTokenKey } from '@cooperage/oci';
import type { TestServices } from '@cooperage/testing';

const ttlSeconds = 60;

/** Digests of what the layers of an image hold, unpacked: equal for equal content, however it is compressed. */
export async function layersOf(services: TestServices, repository: string, digest: string): Promise<string> {
  const { host, issuer, service, tokenKeyFile, tokenCertFile } = services.registry;
  const key = registryTokenKey(await readFile(tokenKeyFile), await readFile(tokenCertFile));
  const scopes = [{ repository, actions: ['pull'] as const }];
  const request = { issuer, service, subject: 'script', asked: scopes, granted: scopes, ttlSeconds, nowMs: Date.now() };
  const { token } = mintRegistryToken(key, request);
  const credentials = { kind: 'token', tokenFor: () => Promise.resolve(token) } as const;
  const client = new RegistryClient({ host, scheme: 'http', timeoutMs: 10_000, credentials });
  const { manifests } = await readImageTree(client, repository, digest);
  const configs = manifests.map(({ document }) =>
    client.blobs.read(repository, document.config.digest, { maxBytes: 1_000_000 }),
  );
  return (await Promise.all(configs)).flatMap((bytes) => parseImageConfig(bytes).diffIds).join(' ');
}
