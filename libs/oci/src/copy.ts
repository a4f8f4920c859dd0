import { Readable } from 'node:stream';
import type { Digest, RepositoryName } from '@cooperage/domain';
import type { Descriptor } from './document/descriptor.js';
import type { ImageLimits } from './document/image-limits.js';
import type { CallOptions } from './http/call-options.js';
import { blobsOf, type ImageTree, readImageTree } from './image-tree.js';
import { inParallel } from './in-parallel.js';
import type { RegistryClient } from './registry-client.js';
import { invalidAnswer } from './registry-error.js';

const parallelMounts = 16;

export interface MountRequest {
  readonly from: RepositoryName;
  readonly to: RepositoryName;
  readonly digest: Digest;
  readonly limits?: ImageLimits;
  /** Asked with the size of the whole image in bytes before anything is written; what it throws ends the call. */
  readonly admit?: (totalBytes: number) => Promise<void>;
}

export interface MountedImage {
  /** What a signature has as its subject. */
  readonly root: Descriptor;
  readonly manifestCount: number;
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
  const tree = await readImageTree(client, request.from, request.digest, { ...options, limits: request.limits });
  const blobs = blobsOf(tree);
  refuseForeignLayers(blobs);
  await inParallel(blobs, parallelMounts, (blob) => refuseOtherSize(client, request.from, blob, options));
  const blobBytes = blobs.reduce((sum, blob) => sum + blob.size, 0);
  await request.admit?.(tree.root.size + blobBytes);
  const mounted = await inParallel(blobs, parallelMounts, (blob) => takeOver(client, request, blob, options));
  await putManifests(client, request.to, tree, options);
  const { digest, mediaType, size } = tree.root;
  return {
    root: { mediaType, digest, size },
    manifestCount: tree.rootDocument.kind === 'index' ? tree.manifests.length + 1 : 1,
    blobCount: blobs.length,
    uploadedCount: mounted.filter((how) => how === 'uploaded').length,
    blobBytes,
  };
}

/** Sizes are counted against quotas, and pulls rely on them: what the manifest claims must be what the registry holds (R2-N14). */
async function refuseOtherSize(
  client: RegistryClient,
  repository: RepositoryName,
  { digest, size }: Descriptor,
  options: CallOptions,
): Promise<void> {
  const stored = await client.blobs.size(repository, digest, options);
  if (stored !== null && stored !== size)
    throw invalidAnswer(`the manifest says that ${digest} has ${size} bytes, and it has ${stored}`, 'SIZE_INVALID');
}

async function takeOver(
  client: RegistryClient,
  { from, to }: MountRequest,
  blob: Descriptor,
  options: CallOptions,
): Promise<'mounted' | 'uploaded'> {
  if (await client.blobs.mount(to, from, blob.digest, options)) return 'mounted';
  const open = () => Readable.from(content(client, from, blob, options), { objectMode: false });
  await client.blobs.put(to, { digest: blob.digest, size: blob.size, open }, options);
  return 'uploaded';
}

async function* content(client: RegistryClient, from: RepositoryName, blob: Descriptor, options: CallOptions) {
  yield* await client.blobs.open(from, blob.digest, { ...options, maxBytes: blob.size });
}

/** Children first: a registry refuses an index whose manifests it does not have. */
async function putManifests(client: RegistryClient, to: RepositoryName, tree: ImageTree, options: CallOptions) {
  const children = tree.rootDocument.kind === 'index' ? tree.manifests : [];
  await inParallel(children, parallelMounts, ({ stored }) => client.manifests.put(to, null, stored, options));
  await client.manifests.put(to, null, tree.root, options);
}

/** A published image must be whole in its registry; a layer elsewhere could change or vanish. */
function refuseForeignLayers(blobs: readonly Descriptor[]): void {
  if (blobs.some((blob) => blob.urls !== undefined || /nondistributable|foreign/.test(blob.mediaType)))
    throw invalidAnswer('the image has layers that live outside the registry', 'FOREIGN_LAYER');
}
