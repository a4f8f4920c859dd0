import { PassThrough, type Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Descriptor } from '../document/descriptor.js';
import { isRegistryError } from '../registry-error.js';
import type { LayerEntry } from './layer-entry.js';
import { defaultLayerLimits, type LayerLimits } from './layer-limits.js';
import { LayerError } from './layer-problem.js';
import { TarWalk } from './tar-walk.js';

export interface LayerContent {
  readonly entries: readonly LayerEntry[];
  readonly unpackedBytes: number;
}

/** Opens the stored bytes of a layer, cut off beyond `maxBytes`; `Blobs.open` is one. */
export type OpenLayer = (maxBytes: number) => Promise<Readable>;

/**
 * Lists the files of a layer from its stream, without writing any of them (S-044). The stream must end with an error
 * unless its bytes are those of the layer's digest.
 * @throws {LayerError} for what no later try would change, {RegistryError} `unavailable`, `denied`, or the abort's reason.
 */
export async function readLayer(
  layer: Pick<Descriptor, 'mediaType' | 'size'>,
  open: OpenLayer,
  options: { readonly limits?: LayerLimits; readonly signal?: AbortSignal } = {},
): Promise<LayerContent> {
  const { limits = defaultLayerLimits, signal } = options;
  if (layer.size > limits.compressedBytes) throw new LayerError('too_large');
  const unpack = unpackerOf(layer.mediaType);
  const walk = new TarWalk(limits);
  const mostBytes = Math.min(limits.unpackedBytes, Math.max(limits.ratioFromBytes, layer.size * limits.ratio));
  let unpackedBytes = 0;
  const count = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      unpackedBytes += chunk.length;
      if (unpackedBytes > mostBytes)
        throw new LayerError(unpackedBytes > limits.unpackedBytes ? 'unpacked_too_large' : 'ratio');
      walk.push(chunk);
    }
    walk.finish();
  };
  try {
    await pipeline(await open(layer.size), unpack, count, { signal });
  } catch (error) {
    throw explain(error, signal);
  }
  return { entries: walk.entries, unpackedBytes };
}

function unpackerOf(mediaType: string): Transform {
  if (/nondistributable|foreign/.test(mediaType)) throw new LayerError('foreign');
  if (/[+.]gzip$/.test(mediaType)) return createGunzip();
  if (/\+zstd$/.test(mediaType)) return createZstdDecompress();
  if (/\.tar$/.test(mediaType)) return new PassThrough();
  throw new LayerError('unsupported');
}

function explain(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof LayerError) return error;
  if (isRegistryError(error, 'not_found')) return new LayerError('missing', { cause: error });
  if (isRegistryError(error, 'invalid')) return new LayerError('damaged', { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^Z_|^ERR_ZSTD|^ZSTD_/.test(code) ? new LayerError('damaged', { cause: error }) : error;
}
