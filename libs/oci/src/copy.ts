import { Readable } from 'node:stream';
import type { Digest, RepositoryName } from '@cooperage/domain';
import type { Descriptor } from './document/descriptor.js';
import type { ImageLimits } from './document/image-limits.js';
import type { CallOptions } from './http/call-options.js';
import { type ImageBlob, type ImageParts, readImageParts } from './image-tree.js';
import { inParallel } from './in-parallel.js';
import type { RegistryClient } from './registry-client.js';
import { invalidAnswer } from './registry-error.js';

const parallelMounts = 16;

export interface MountRequest {
  readonly from: RepositoryName;
  readonly to: RepositoryName;
  readonly digest: Digest;
  readonly limits?: ImageLimits;
  /**
   * Asked with the size of the whole image in bytes, and with the digests of its manifests, before anything is written; what it throws
   * ends the call.
   */
  readonly admit?: (totalBytes: number, manifests: readonly Digest[]) => Promise<void>;
}

export interface MountedImage {
  /** What a signature has as its subject. */
  readonly root: Descriptor;
  /** Digests of its manifests: of an index and its children, or of the single one. */
  readonly manifests: readonly Digest[];
  readonly blobCount: number;
  /** Blobs that the registry would not mount and that went through us instead. */
  readonly uploadedCount: number;
  /** Sum of all blobs in bytes, each counted once. */
  readonly blobBytes: number;
}

/**
 * Makes an image of one repository available in another one of the same registry: blobs by cross-repository mount, then
 * the manifests byte for byte, by digest. No tag is read or written, and no referrer comes along: what strangers attached
 * at the source stays there. Repeating it is harmless.
 *
 * The token needs `pull` on the source and `pull,push` on the target.
 * @throws {RegistryError} `not_found`, `denied`, `unavailable`, `rejected`; `invalid` for images with layers that live
 * outside the registry, whose sizes are not those that the registry holds, or beyond the limits.
 */
export async function mountImage(
  client: RegistryClient,
  request: MountRequest,
  options: CallOptions = {},
): Promise<MountedImage> {
  const parts = await readImageParts(client, request.from, request.digest, { ...options, limits: request.limits });
  const { blobs } = parts;
  refuseForeignLayers(blobs);
  await inParallel(blobs, parallelMounts, (blob) => refuseOtherSize(client, request.from, blob, options));
  const blobBytes = blobs.reduce((sum, blob) => sum + blob.size, 0);
  const manifests = [...new Set([...parts.manifests, parts.root.digest])];
  await request.admit?.(parts.root.size + blobBytes, manifests);
  const mounted = await inParallel(blobs, parallelMounts, (blob) => takeOver(client, request, blob, options));
  await putManifests(client, request, parts, options);
  const { digest, mediaType, size } = parts.root;
  return {
    root: { mediaType, digest, size },
    manifests,
    blobCount: blobs.length,
    uploadedCount: mounted.filter((how) => how === 'uploaded').length,
    blobBytes,
  };
}

/** Sizes are counted against quotas, and pulls rely on them: what the manifest claims must be what the registry holds (R2-N14). */
async function refuseOtherSize(
  client: RegistryClient,
  repository: RepositoryName,
  { digest, size }: ImageBlob,
  options: CallOptions,
): Promise<void> {
  const stored = await client.blobs.size(repository, digest, options);
  if (stored !== null && stored !== size)
    throw invalidAnswer(`the manifest says that ${digest} has ${size} bytes, and it has ${stored}`, 'SIZE_INVALID');
}

async function takeOver(
  client: RegistryClient,
  { from, to }: MountRequest,
  blob: ImageBlob,
  options: CallOptions,
): Promise<'mounted' | 'uploaded'> {
  if (await client.blobs.mount(to, from, blob.digest, options)) return 'mounted';
  const open = () => Readable.from(content(client, from, blob, options), { objectMode: false });
  await client.blobs.put(to, { digest: blob.digest, size: blob.size, open }, options);
  return 'uploaded';
}

async function* content(client: RegistryClient, from: RepositoryName, blob: ImageBlob, options: CallOptions) {
  yield* await client.blobs.open(from, blob.digest, { ...options, maxBytes: blob.size });
}

/** Children first: a registry refuses an index whose manifests it does not have. Each is read anew, so that one is held at a time. */
async function putManifests(
  client: RegistryClient,
  { from, to }: MountRequest,
  parts: ImageParts,
  options: CallOptions,
): Promise<void> {
  for (const digest of childrenOf(parts)) {
    const stored = await client.manifests.get(from, digest, options);
    await client.manifests.put(to, null, stored, options);
  }
  await client.manifests.put(to, null, parts.root, options);
}

function childrenOf({ rootDocument, manifests }: ImageParts): readonly Digest[] {
  return rootDocument.kind === 'index' ? manifests : [];
}

/** A published image must be whole in its registry; a layer elsewhere could change or vanish. */
function refuseForeignLayers(blobs: readonly ImageBlob[]): void {
  if (blobs.some(({ isElsewhere }) => isElsewhere))
    throw invalidAnswer('the image has layers that live outside the registry', 'FOREIGN_LAYER');
}
