import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { registryToken, type TestServices } from '@cooperage/testing';

const ttlSeconds = 3_600;

/**
 * Writes the Docker configuration of somebody who is logged in to one repository: buildx and cosign both take a ready
 * token from it, and so never have to ask for one.
 * @returns the folder, for `DOCKER_CONFIG`
 */
export async function loginTo({ registry }: TestServices, repository: string, folder: string): Promise<string> {
  const registrytoken = registryToken(repository, ['pull', 'push'], registry, ttlSeconds);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ auths: { [registry.host]: { registrytoken } } }));
  return folder;
}
