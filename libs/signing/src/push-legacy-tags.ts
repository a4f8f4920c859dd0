import type { Digest, RepositoryName } from '@cooperage/domain';
import {
  type CallOptions,
  type Descriptor,
  defaultImageLimits,
  digestOf,
  isRegistryError,
  mediaTypes,
  parseManifestDocument,
  type RegistryClient,
  type StoredManifest,
} from '@cooperage/oci';
import type { SignedArtifact } from './artifact.js';
import { legacyManifest, mergeLegacyLayers } from './make/legacy-manifest.js';

/** There may stand more than anyone reads: what gives way is among it, and what others put as well. */
const standingLimits = { ...defaultImageLimits, layers: 20_000, keys: 200_000, values: 400_000 };

/** One tag of the older storage: what stands there and what we add to it. */
export interface LegacyTag {
  readonly tag: string;
  readonly artifacts: readonly SignedArtifact[];
  readonly standing: readonly Descriptor[];
}

export async function readLegacyTags(
  client: RegistryClient,
  repository: RepositoryName,
  artifacts: readonly SignedArtifact[],
  options: CallOptions,
): Promise<LegacyTag[]> {
  const byTag = Map.groupBy(artifacts, ({ place }) => (place.as === 'tag' ? place.tag : null));
  byTag.delete(null);
  return Promise.all(
    [...byTag].map(async ([tag, tagged]) => ({
      tag: tag!,
      artifacts: tagged,
      standing: layersOf(await client.manifests.find(repository, tag!, options)),
    })),
  );
}

/**
 * @param retired digests of layers that give way
 * @returns how many tags had to be written.
 */
export async function putLegacyTags(
  client: RegistryClient,
  repository: RepositoryName,
  tags: readonly LegacyTag[],
  retired: ReadonlySet<Digest>,
  options: CallOptions,
): Promise<number> {
  const written = await Promise.all(tags.map((tag) => putLegacyTag(client, repository, tag, retired, options)));
  return written.filter(Boolean).length;
}

async function putLegacyTag(
  client: RegistryClient,
  repository: RepositoryName,
  { tag, artifacts, standing }: LegacyTag,
  retired: ReadonlySet<Digest>,
  options: CallOptions,
): Promise<boolean> {
  const ours = artifacts.flatMap(({ manifest, mediaType }) => layersOf({ bytes: manifest, mediaType }));
  const found = standing.filter(({ digest }) => !retired.has(digest));
  const merged = mergeLegacyLayers(found, ours);
  // More than that no verifier reads, ours among them.
  const layers = merged.length > defaultImageLimits.layers ? mergeLegacyLayers([], ours) : merged;
  if (layers.length === standing.length && found.length === standing.length) return false;
  const { manifest, config } = legacyManifest(layers);
  const isPut = artifacts.some(({ blobs }) => blobs.some((blob) => digestOf(blob) === digestOf(config)));
  if (!isPut) await client.blobs.put(repository, config, options);
  await client.manifests.put(repository, tag, { bytes: manifest, mediaType: mediaTypes.manifest }, options);
  return true;
}

/** What is no manifest under such a tag is nothing that a verifier reads: it gives way. */
function layersOf(manifest: (Pick<StoredManifest, 'mediaType'> & { bytes: Uint8Array }) | null): readonly Descriptor[] {
  if (!manifest) return [];
  try {
    const document = parseManifestDocument(manifest.bytes, manifest.mediaType, standingLimits);
    return document.kind === 'manifest' ? document.layers : [];
  } catch (error) {
    if (isRegistryError(error, 'invalid')) return [];
    throw error;
  }
}
