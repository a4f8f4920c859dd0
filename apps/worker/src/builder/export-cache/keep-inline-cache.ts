import type { BuildRecord, WrittenCache } from '@cooperage/db';
import { cacheExport, type Digest, stagingRepository } from '@cooperage/domain';
import { inlineCacheBytes } from '@cooperage/engines';
import { manifestsOf, mountImage, type RegistryClient, readImageRoot } from '@cooperage/oci';

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
  const root = await readImageRoot(client, from, digest);
  let bytes = 0;
  // One config at a time: each may be large.
  for await (const { document } of manifestsOf(client, from, root))
    bytes += inlineCacheBytes(await client.blobs.read(from, document.config.digest, { maxBytes: maxConfigBytes }));
  if (bytes === 0) return undefined;
  await mountImage(client, { from, to: own.repository, digest });
  await client.manifests.put(own.repository, own.tag, root.root);
  return { digest, bytes };
}
