import type { Digest, RepositoryName } from '@cooperage/domain';
import {
  type CallOptions,
  type Descriptor,
  digestOf,
  inParallel,
  mediaTypes,
  mergeReferrers,
  type RegistryClient,
  readReferrersIndex,
  referrersIndexBytes,
  referrersTag,
  type StoredManifest,
} from '@cooperage/oci';
import type { SignedArtifact } from './artifact.js';
import { putLegacyTags, readLegacyTags } from './push-legacy-tags.js';

export interface AttachRequest {
  readonly repository: RepositoryName;
  /** Root of the signed image; it is in the repository already. */
  readonly subject: Descriptor;
  readonly artifacts: readonly SignedArtifact[];
  /** Other referrers that this image should have, of earlier builds for example: the index is repaired with them. */
  readonly knownReferrers?: readonly Descriptor[];
  /**
   * Which of these digests give way: of referrers, and of layers under the older tags, that the caller put once and newer ones have
   * replaced. Bytes that are built again and again would have a list without an end, and no registry takes that.
   */
  readonly retired?: (standing: ReadonlySet<Digest>) => Promise<ReadonlySet<Digest>>;
}

export interface Attached {
  /** Where readers find the referrers: the registry's own list, or the fallback index that we keep. */
  readonly referrers: 'api' | 'fallback';
  /** Tags (fallback index, `.sig`, `.att`) that had to be written; 0 when everything stood there already. */
  readonly tagsWritten: number;
}

const parallelPuts = 16;

/**
 * Puts signatures beside their image: manifests by digest, `.sig` and `.att` tags, and the fallback index where the
 * registry has no referrers API. What others attached stays. Repeating it is harmless and repairs what is missing.
 *
 * Tags and index are read, merged and written, and no registry offers compare-and-swap for that: **the caller holds the
 * publisher tenure of this repository**, and nobody else writes referrers there.
 *
 * @throws {RegistryError}; part of the artifacts may then be there.
 */
export async function attachSignatures(
  client: RegistryClient,
  request: AttachRequest,
  options: CallOptions = {},
): Promise<Attached> {
  const { repository, subject, artifacts } = request;
  const [hasApi, index, legacyTags] = await Promise.all([
    client.referrers.hasApi(repository, options),
    client.manifests.find(repository, referrersTag(subject.digest), options),
    readLegacyTags(client, repository, artifacts, options),
    putBlobs(client, repository, artifacts, options),
  ]);
  const listed = index?.mediaType === mediaTypes.index ? readReferrersIndex(index.bytes) : [];
  const standing = [...listed, ...legacyTags.flatMap((each) => each.standing)].map(({ digest }) => digest);
  const retired = (await request.retired?.(new Set(standing))) ?? new Set<Digest>();
  const [isListed, tagsWritten] = await Promise.all([
    putReferrers(client, repository, artifacts, options),
    putLegacyTags(client, repository, legacyTags, retired, options),
  ]);
  if (hasApi && isListed) return { referrers: 'api', tagsWritten };
  const found = listed.filter(({ digest }) => !retired.has(digest));
  const indexWritten = await putFallbackIndex(client, request, index, found, options);
  return { referrers: 'fallback', tagsWritten: tagsWritten + (indexWritten ? 1 : 0) };
}

async function putBlobs(
  client: RegistryClient,
  repository: RepositoryName,
  artifacts: readonly SignedArtifact[],
  options: CallOptions,
): Promise<void> {
  const blobs = new Map(artifacts.flatMap((artifact) => artifact.blobs).map((blob) => [digestOf(blob), blob]));
  await inParallel([...blobs.values()], parallelPuts, (blob) => client.blobs.put(repository, blob, options));
}

/** Whether the registry took all of them into its own list. */
async function putReferrers(
  client: RegistryClient,
  repository: RepositoryName,
  artifacts: readonly SignedArtifact[],
  options: CallOptions,
): Promise<boolean> {
  const referrers = artifacts.filter(({ place }) => place.as === 'referrer');
  const answers = await inParallel(referrers, parallelPuts, ({ manifest, mediaType }) =>
    client.manifests.put(repository, null, { bytes: manifest, mediaType }, options),
  );
  return answers.every((answer) => answer.listedAsReferrer);
}

async function putFallbackIndex(
  client: RegistryClient,
  { repository, subject, artifacts, knownReferrers = [] }: AttachRequest,
  standing: StoredManifest | null,
  found: readonly Descriptor[],
  options: CallOptions,
): Promise<boolean> {
  const ours = artifacts.flatMap(({ place }) => (place.as === 'referrer' ? [place.descriptor] : []));
  const bytes = referrersIndexBytes(mergeReferrers([...knownReferrers, ...ours], found));
  if (standing?.bytes.equals(bytes)) return false;
  const index = { bytes, mediaType: mediaTypes.index };
  await client.manifests.put(repository, referrersTag(subject.digest), index, options);
  return true;
}
