import type { Digest, RepositoryName } from '@cooperage/domain';
import type { StoredManifest } from './client/manifests.js';
import type { Descriptor } from './document/descriptor.js';
import { defaultImageLimits, type ImageLimits } from './document/image-limits.js';
import { type ImageManifest, type ManifestDocument, parseManifestDocument } from './document/manifest-document.js';
import type { CallOptions } from './http/call-options.js';
import type { RegistryClient } from './registry-client.js';
import { invalidAnswer } from './registry-error.js';

export interface TreeManifest {
  readonly stored: StoredManifest;
  readonly document: ImageManifest;
  /** The index's own entry for it; absent when the image has no index. */
  readonly entry?: Descriptor;
}

/** What the digest or tag of an image names: its index, or its single manifest. */
export interface ImageRoot {
  readonly root: StoredManifest;
  readonly rootDocument: ManifestDocument;
}

/** A config or layer of an image, with the size that a manifest claims. */
export interface ImageBlob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** A manifest says that it lives outside the registry. */
  readonly isElsewhere: boolean;
}

/** What an image is made of, by digests and sizes. */
export interface ImageParts extends ImageRoot {
  /** Digests of its manifests: of the children of an index, or of the single manifest. */
  readonly manifests: readonly Digest[];
  /** Config and layers of all manifests, each once. */
  readonly blobs: readonly ImageBlob[];
}

export interface ReadImageOptions extends CallOptions {
  readonly limits?: ImageLimits;
}

/**
 * Reads an index and its manifests one after the other, or a single manifest; every digest is recomputed. Of 200 manifests with
 * 4 MiB each only digests and sizes are held, beside the root.
 * @param reference a tag or a digest.
 * @throws {RegistryError} `not_found` also when a child is missing; `invalid` for everything that breaks the limits.
 */
export async function readImageParts(
  client: RegistryClient,
  repository: RepositoryName,
  reference: string,
  options: ReadImageOptions = {},
): Promise<ImageParts> {
  const root = await readImageRoot(client, repository, reference, options);
  const manifests: Digest[] = [];
  const blobs = new Map<Digest, ImageBlob>();
  for await (const { stored, document } of manifestsOf(client, repository, root, options)) {
    manifests.push(stored.digest);
    for (const { digest, size, mediaType, urls } of [document.config, ...document.layers]) {
      const isElsewhere = urls !== undefined || /nondistributable|foreign/.test(mediaType);
      blobs.set(digest, { digest, size, isElsewhere: isElsewhere || (blobs.get(digest)?.isElsewhere ?? false) });
    }
  }
  return { ...root, manifests, blobs: [...blobs.values()] };
}

/** The manifests of an image, each read when it is asked for. A reader that wants little of them holds little. @throws as `readManifestOf` */
export async function* manifestsOf(
  client: RegistryClient,
  repository: RepositoryName,
  root: ImageRoot,
  options: ReadImageOptions = {},
): AsyncGenerator<TreeManifest> {
  for (const entry of manifestEntries(root)) yield await readManifestOf(client, repository, root, entry, options);
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

function childDocument(stored: StoredManifest, entry: Descriptor, limits: ImageLimits): ImageManifest {
  if (stored.mediaType !== entry.mediaType || stored.size !== entry.size)
    throw invalidAnswer('the index describes a manifest otherwise than it is');
  const document = parseManifestDocument(stored.bytes, stored.mediaType, limits);
  if (document.kind !== 'manifest') throw invalidAnswer('the index holds another index', 'UNSUPPORTED');
  return document;
}
