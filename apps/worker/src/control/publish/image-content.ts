import type { Digest, RepositoryName } from '@cooperage/domain';
import { inParallel, isRegistryError, manifestEntries, readImageRoot, readManifestOf } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import type { PublisherSession } from './publisher-session.js';

/** Each holds a document or two of at most 4 MiB. */
const parallelReads = 4;

/** Manifests and blobs that a repository holds of some images. */
export interface ImageContent {
  readonly manifests: ReadonlySet<Digest>;
  readonly blobs: ReadonlySet<Digest>;
}

/**
 * What the repository holds of an image: its manifests, and the configs and layers that they name. What is gone already is left out.
 * @throws {RegistryError} `unavailable`, `denied`; `invalid` for what cannot be read
 */
export async function contentOf(
  { registry, signal }: PublisherSession,
  repository: RepositoryName,
  digest: Digest,
): Promise<ImageContent> {
  const content = { manifests: new Set<Digest>(), blobs: new Set<Digest>() };
  const root = await orNull(readImageRoot(registry, repository, digest, { signal }));
  if (!root) return content;
  content.manifests.add(root.root.digest);
  for (const entry of manifestEntries(root)) {
    const manifest = await orNull(readManifestOf(registry, repository, root, entry, { signal }));
    if (!manifest) continue;
    content.manifests.add(manifest.stored.digest);
    for (const blob of [manifest.document.config, ...manifest.document.layers]) content.blobs.add(blob.digest);
  }
  return content;
}

/**
 * What of `content` none of the other images of the repository has. Nothing where one of them cannot be read: what it needs stays.
 * Only what may go is in memory, however many the others are.
 * @throws {RegistryError} `unavailable`, `denied`
 */
export async function contentOfNoOther(
  session: PublisherSession,
  repository: RepositoryName,
  content: ImageContent,
  others: readonly Digest[],
  logger: Logger,
): Promise<ImageContent> {
  const [manifests, blobs] = [new Set(content.manifests), new Set(content.blobs)];
  for (const each of others) manifests.delete(each);
  try {
    await inParallel(others, parallelReads, async (other) => {
      if (manifests.size + blobs.size === 0) return;
      const needed = await contentOf(session, repository, other);
      for (const each of needed.manifests) manifests.delete(each);
      for (const each of needed.blobs) blobs.delete(each);
    });
  } catch (error) {
    if (!isRegistryError(error, 'invalid')) throw error;
    logger.warn({ err: error, repository }, 'layers of a deleted image stay: another image cannot be read');
    return { manifests: new Set(), blobs: new Set() };
  }
  return { manifests, blobs };
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isRegistryError(error, 'not_found')) return null;
    throw error;
  }
}
