import type { RepositoryName } from '@cooperage/domain';
import {
  type CallOptions,
  type Descriptor,
  digestOf,
  isRegistryError,
  mediaTypes,
  parseManifestDocument,
  type RegistryClient,
  type StoredManifest,
} from '@cooperage/oci';
import type { SignedArtifact } from './artifact.js';
import { legacyManifest, mergeLegacyLayers } from './make/legacy-manifest.js';

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

/** @returns how many tags had to be written. */
export async function putLegacyTags(
  client: RegistryClient,
  repository: RepositoryName,
  tags: readonly LegacyTag[],
  options: CallOptions,
): Promise<number> {
  const written = await Promise.all(tags.map((tag) => putLegacyTag(client, repository, tag, options)));
  return written.filter(Boolean).length;
}

async function putLegacyTag(
  client: RegistryClient,
  repository: RepositoryName,
  { tag, artifacts, standing }: LegacyTag,
  options: CallOptions,
): Promise<boolean> {
  const ours = artifacts.flatMap(({ manifest, mediaType }) => layersOf({ bytes: manifest, mediaType }));
  const layers = mergeLegacyLayers(standing, ours);
  if (layers.length === standing.length) return false;
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
    const document = parseManifestDocument(manifest.bytes, manifest.mediaType);
    return document.kind === 'manifest' ? document.layers : [];
  } catch (error) {
    if (isRegistryError(error, 'invalid')) return [];
    throw error;
  }
}
