import type { RepositoryName } from '@cooperage/domain';
import type { StoredManifest } from './client/manifests.js';
import type { Descriptor } from './document/descriptor.js';
import { defaultImageLimits, type ImageLimits } from './document/image-limits.js';
import { type ImageManifest, type ManifestDocument, parseManifestDocument } from './document/manifest-document.js';
import type { CallOptions } from './http/call-options.js';
import { inParallel } from './in-parallel.js';
import type { RegistryClient } from './registry-client.js';
import { invalidAnswer } from './registry-error.js';

const parallelReads = 8;

export interface TreeManifest {
  readonly stored: StoredManifest;
  readonly document: ImageManifest;
  /** The index's own entry for it; absent when the image has no index. */
  readonly entry?: Descriptor;
}

/** An image down to its manifests: with an index its children, without one the single manifest. */
export interface ImageTree {
  readonly root: StoredManifest;
  readonly rootDocument: ManifestDocument;
  readonly manifests: readonly TreeManifest[];
}

export interface ReadImageOptions extends CallOptions {
  readonly limits?: ImageLimits;
}

/** What the digest or tag of an image names: its index, or its single manifest. */
export type ImageRoot = Pick<ImageTree, 'root' | 'rootDocument'>;

/**
 * Reads an index and its manifests, or a single manifest; every digest is recomputed. All of them are held at once: read a
 * stranger's image from its root, one manifest after the other.
 * @param reference a tag or a digest.
 * @throws {RegistryError} `not_found` also when a child is missing; `invalid` for everything that breaks the limits.
 */
export async function readImageTree(
  client: RegistryClient,
  repository: RepositoryName,
  reference: string,
  options: ReadImageOptions = {},
): Promise<ImageTree> {
  const root = await readImageRoot(client, repository, reference, options);
  const manifests = await inParallel(manifestEntries(root), parallelReads, (entry) =>
    readManifestOf(client, repository, root, entry, options),
  );
  return { ...root, manifests };
}

/**
 * Reads an index without its manifests, or a single manifest.
 * @param reference a tag or a digest.
 * @throws {RegistryError} `not_found`; `invalid` for everything that breaks the limits.
 */
export async function readImageRoot(
  client: RegistryClient,
  repository: RepositoryName,
  reference: string,
  options: ReadImageOptions = {},
): Promise<ImageRoot> {
  const root = await client.manifests.get(repository, reference, options);
  return { root, rootDocument: parseManifestDocument(root.bytes, root.mediaType, options.limits) };
}

/** What names the manifests of an image: the entries of its index, or `undefined` once for a single manifest. */
export function manifestEntries({ rootDocument }: ImageRoot): readonly (Descriptor | undefined)[] {
  return rootDocument.kind === 'index' ? rootDocument.manifests : [undefined];
}

/**
 * Reads one manifest of an image.
 * @param entry one of `manifestEntries`
 * @throws {RegistryError} `not_found`; `invalid` for everything that breaks the limits.
 */
export async function readManifestOf(
  client: RegistryClient,
  repository: RepositoryName,
  { root, rootDocument }: ImageRoot,
  entry: Descriptor | undefined,
  options: ReadImageOptions = {},
): Promise<TreeManifest> {
  if (rootDocument.kind === 'manifest') return { stored: root, document: rootDocument };
  if (!entry) throw new TypeError('a manifest of an index is named by its entry');
  const stored = await client.manifests.get(repository, entry.digest, options);
  return { stored, document: childDocument(stored, entry, options.limits ?? defaultImageLimits), entry };
}

/** Config and layers of all manifests, each once, with the size that the manifest claims. */
export function blobsOf(tree: ImageTree): Descriptor[] {
  const all = tree.manifests.flatMap(({ document }) => [document.config, ...document.layers]);
  return [...new Map(all.map((blob) => [blob.digest, blob])).values()];
}

function childDocument(stored: StoredManifest, entry: Descriptor, limits: ImageLimits): ImageManifest {
  if (stored.mediaType !== entry.mediaType || stored.size !== entry.size)
    throw invalidAnswer('the index describes a manifest otherwise than it is');
  const document = parseManifestDocument(stored.bytes, stored.mediaType, limits);
  if (document.kind !== 'manifest') throw invalidAnswer('the index holds another index', 'UNSUPPORTED');
  return document;
}
