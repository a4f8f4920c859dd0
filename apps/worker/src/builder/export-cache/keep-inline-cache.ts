import type { BuildRecord, WrittenCache } from '@cooperage/db';
import { cacheExport, type Digest, stagingRepository } from '@cooperage/domain';
import { inlineCacheBytes } from '@cooperage/engines';
import { mountImage, type RegistryClient, readImageTree } from '@cooperage/oci';

const maxConfigBytes = 8 * 1024 * 1024;

/**
 * Tags the image of a build in its zone's own cache repository: whoever may read that cache finds the image there, and
 * nobody needs a right to another zone's images. Its layers are mounted, so the registry keeps them once.
 * @returns the image, and its bytes that are the cache; without any there is nothing to find, and no tag
 * @throws {RegistryError}
 */
export async function keepInlineCache(client: RegistryClient, build: BuildRecord): Promise<WrittenCache | undefined> {
  const own = cacheExport(build);
  if (!own || !build.digest) return undefined;
  const from = stagingRepository(build.projectId, build.zone);
  const digest = build.digest as Digest;
  const tree = await readImageTree(client, from, digest);
  const sizes = tree.manifests.map(async ({ document }) =>
    inlineCacheBytes(await client.blobs.read(from, document.config.digest, { maxBytes: maxConfigBytes })),
  );
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  if (bytes === 0) return undefined;
  await mountImage(client, { from, to: own.repository, digest });
  await client.manifests.put(own.repository, own.tag, tree.root);
  return { digest, bytes };
}
