import type { Digest, RepositoryName } from '@cooperage/domain';
import { isRegistryError, manifestEntries, readImageRoot, readManifestOf } from '@cooperage/oci';
import type { PublisherSession } from './publisher-session.js';

/** Manifests and blobs that a repository holds of some images. */
export interface ImageContent {
  readonly manifests: ReadonlySet<Digest>;
  readonly blobs: ReadonlySet<Digest>;
  /** What its manifests say that they sign or attest, besides each other. */
  readonly subjects: ReadonlySet<Digest>;
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
  const content = { manifests: new Set<Digest>(), blobs: new Set<Digest>(), subjects: new Set<Digest>() };
  const root = await orNull(readImageRoot(registry, repository, digest, { signal }));
  if (!root) return content;
  content.manifests.add(root.root.digest);
  for (const entry of manifestEntries(root)) {
    const manifest = await orNull(readManifestOf(registry, repository, root, entry, { signal }));
    if (!manifest) continue;
    content.manifests.add(manifest.stored.digest);
    if (manifest.document.subject) content.subjects.add(manifest.document.subject.digest);
    for (const blob of [manifest.document.config, ...manifest.document.layers]) content.blobs.add(blob.digest);
  }
  // Attestations of an engine are about their neighbours.
  for (const entry of manifestEntries(root)) content.subjects.delete(entry?.digest ?? digest);
  return content;
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isRegistryError(error, 'not_found')) return null;
    throw error;
  }
}
