import { invalidAnswer } from '../registry-error.js';
import type { Descriptor } from './descriptor.js';
import { arrayOf, countJson, type JsonObject, objectOf, parseJson, stringOf } from './json-shape.js';
import type { ImageManifest } from './manifest-document.js';

/** Config of BuildKit's cache manifest. */
export const cacheConfigType = 'application/vnd.buildkit.cacheconfig.v0';

/** A result that a builder could take instead of running a step. */
export interface CacheRecord {
  /** BuildKit's key of it: not the digest by which a builder names the step. */
  readonly key: string;
  /** When it was made; the builder's clock. */
  readonly createdAt: Date;
  /** The layer that the step itself added; those under it are of other records. */
  readonly layer: Descriptor;
}

const mostRecords = 5_000;
const mostBytes = 8 << 20;
/** Forty keys for each record; BuildKit writes some ten. They are counted before parsing, which makes an object of two bytes. */
const bounds = { keys: 200_000, values: 400_000 };

/**
 * Records with a result of a cache manifest. Untrusted: whoever may push a cache writes it.
 * @throws {RegistryError} `invalid`
 */
export function parseCacheConfig(manifest: ImageManifest, bytes: Uint8Array): CacheRecord[] {
  if (bytes.length > mostBytes) throw invalidAnswer('the cache config is too large', 'TOO_LARGE');
  countJson(bytes, 'the cache config', bounds);
  const json = objectOf(parseJson(bytes, 'the cache config'), 'the cache config');
  const blobs = new Map(manifest.layers.map((layer) => [layer.digest as string, layer]));
  const layers = arrayOf(json.layers, mostRecords, 'the layers of the cache').map((layer) =>
    blobs.get(stringOf(objectOf(layer, 'a layer of the cache').blob, 'the blob of a layer')),
  );
  return arrayOf(json.records, mostRecords, 'the records of the cache').flatMap((each) => {
    const record = objectOf(each, 'a record of the cache');
    const result = newestResult(record);
    const layer = result && layers[result.layer];
    return layer ? [{ key: stringOf(record.digest, 'the key of a record'), createdAt: result.createdAt, layer }] : [];
  });
}

/** A record may know its result several times; a chain names its layers from the bottom up. */
function newestResult(record: JsonObject): { layer: number; createdAt: Date } | null {
  const single = arrayOf(record.layers, mostRecords, 'the results of a record').map((result) => {
    const { layer, createdAt } = objectOf(result, 'a result');
    return { layer, createdAt };
  });
  const chains = arrayOf(record.chains, mostRecords, 'the chains of a record').map((chain) => {
    const { layers, createdAt } = objectOf(chain, 'a chain');
    return { layer: arrayOf(layers, mostRecords, 'the layers of a chain').at(-1), createdAt };
  });
  const results = [...single, ...chains].flatMap(({ layer, createdAt }) => {
    const at = new Date(typeof createdAt === 'string' ? createdAt : Number.NaN);
    return Number.isSafeInteger(layer) && !Number.isNaN(at.getTime())
      ? [{ layer: layer as number, createdAt: at }]
      : [];
  });
  return results.reduce<(typeof results)[number] | null>(
    (newest, each) => (newest === null || each.createdAt > newest.createdAt ? each : newest),
    null,
  );
}
