import { isDigest } from '@cooperage/domain';
import type { PushedBlob } from './build-request.js';

interface Manifest {
  readonly config?: { readonly digest?: string; readonly size?: number };
  readonly layers?: readonly { readonly digest?: string; readonly size?: number }[];
}

/** Config and layers of a manifest, with the sizes that it claims. @throws {SyntaxError} when it is no JSON */
export function blobsOfManifest(bytes: Buffer): PushedBlob[] {
  return wellNamed(descriptorsOf(bytes));
}

/** The same, of a manifest that nobody has pushed yet. @throws {SyntaxError} @throws {TypeError} when one of them is no sha256 with a size */
export function allBlobsOfManifest(bytes: Buffer): PushedBlob[] {
  const all = descriptorsOf(bytes);
  const blobs = wellNamed(all);
  if (blobs.length === 0 || blobs.length < all.length) throw new TypeError('no manifest of an image');
  return blobs;
}

function descriptorsOf(bytes: Buffer) {
  const { config, layers = [] } = JSON.parse(bytes.toString()) as Manifest;
  return [...(config ? [config] : []), ...layers];
}

function wellNamed(all: ReturnType<typeof descriptorsOf>): PushedBlob[] {
  return all.flatMap(({ digest = '', size = -1 }) =>
    isDigest(digest) && Number.isSafeInteger(size) && size >= 0 ? [{ digest, bytes: size }] : [],
  );
}
