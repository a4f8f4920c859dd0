import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mintRegistryToken, registryTokenKey } from '@cooperage/oci';
import type { TestServices } from '@cooperage/testing';

const ttlSeconds = 3_600;

/**
 * Writes the Docker configuration of somebody who is logged in to one repository: buildx and cosign both take a ready
 * token from it, and so never have to ask for one.
 * @returns the folder, for `DOCKER_CONFIG`
 */
export async function loginTo(services: TestServices, repository: string, folder: string): Promise<string> {
  const { host, issuer, service, tokenKeyFile, tokenCertFile } = services.registry;
  const key = registryTokenKey(await readFile(tokenKeyFile), await readFile(tokenCertFile));
  const scopes = [{ repository, actions: ['pull', 'push'] as const }];
  const request = { issuer, service, subject: 'script', asked: scopes, granted: scopes, ttlSeconds, nowMs: Date.now() };
  const { token: registrytoken } = mintRegistryToken(key, request);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { registrytoken } } }));
  return folder;
}
