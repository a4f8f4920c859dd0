import { isDigest } from '@cooperage/domain';
import type { PushedBlob } from './build-request.js';

/** Config and layers of a manifest, with the sizes that it claims. @throws {SyntaxError} when it is no JSON */
export function blobsOfManifest(bytes: Buffer): PushedBlob[] {
  const { config, layers = [] } = JSON.parse(bytes.toString()) as {
    config?: { digest?: string; size?: number };
    layers?: { digest?: string; size?: number }[];
  };
  const all = [...(config ? [config] : []), ...layers];
  return all.flatMap(({ digest = '', size = -1 }) =>
    isDigest(digest) && Number.isSafeInteger(size) && size >= 0 ? [{ digest, bytes: size }] : [],
  );
}
