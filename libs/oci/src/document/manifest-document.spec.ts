import { describe, expect, it, vi } from 'vitest';
import { digestOf } from '../digest-of.js';
import { mediaTypes } from '../media-types.js';
import { isRegistryError, type RegistryError } from '../registry-error.js';
import { cacheDocumentLimits } from './image-limits.js';
import { parseManifestDocument } from './manifest-document.js';

const blob = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf(Buffer.from('x')), size: 1 };
const config = { ...blob, mediaType: mediaTypes.config };
const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [blob] };
const index = {
  schemaVersion: 2,
  mediaType: mediaTypes.index,
  manifests: [{ ...blob, mediaType: mediaTypes.manifest }],
};

function failure(json: unknown, mediaType: string = mediaTypes.manifest): RegistryError | undefined {
  try {
    parseManifestDocument(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)), mediaType);
    return undefined;
  } catch (error) {
    if (isRegistryError(error, 'invalid')) return error;
    throw error;
  }
}

describe('parseManifestDocument', () => {
  it('reads a manifest with its annotations', () => {
    const bytes = Buffer.from(JSON.stringify({ ...manifest, annotations: { a: 'b' } }));
    expect(parseManifestDocument(bytes, mediaTypes.manifest)).toEqual({
      kind: 'manifest',
      mediaType: mediaTypes.manifest,
      annotations: { a: 'b' },
      config,
      layers: [blob],
    });
  });

  it.each([
    ['objects with an integer key', '{"34":0}'],
    ['empty lists', '[]'],
  ])('R17A-3 refuses one of many %s before it is parsed', (_what, value) => {
    const parsed = vi.spyOn(JSON, 'parse');
    const text = `{"layers":[${Array(300_000).fill(value).join()}]}`;
    expect(failure(text)).toMatchObject({ code: 'TOO_LARGE' });
    expect(parsed).not.toHaveBeenCalled();
    parsed.mockRestore();
  });

  it('R17A-3 reads the manifest of a cache with as many layers as it may have', () => {
    const { layers } = cacheDocumentLimits;
    const annotations = { 'buildkit/createdat': 'now', 'containerd.io/uncompressed': 'sha256:1' };
    const text = JSON.stringify({ ...manifest, layers: Array(layers).fill({ ...blob, annotations }) });
    const document = parseManifestDocument(Buffer.from(text), mediaTypes.manifest, cacheDocumentLimits);
    expect(document).toMatchObject({ layers: { length: layers } });
  });

  it('reads an index with platforms', () => {
    const entry = {
      ...blob,
      mediaType: mediaTypes.manifest,
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
    };
    const bytes = Buffer.from(JSON.stringify({ ...index, manifests: [entry] }));
    expect(parseManifestDocument(bytes, mediaTypes.index)).toMatchObject({ kind: 'index', manifests: [entry] });
  });

  it.each([
    ['what is no JSON', '{'],
    ['a list', []],
    ['no config', { ...manifest, config: undefined }],
    ['a manifest that is an index as well', { ...manifest, manifests: [] }],
    ['another media type than the registry says', { ...manifest, mediaType: mediaTypes.index }],
    ['a layer without digest', { ...manifest, layers: [{ ...blob, digest: 'sha256:../../etc' }] }],
    ['a layer with a huge size', { ...manifest, layers: [{ ...blob, size: 1e300 }] }],
    ['a layer of sha512', { ...manifest, layers: [{ ...blob, digest: `sha512:${'a'.repeat(128)}` }] }],
    ['annotations that are no texts', { ...manifest, annotations: { a: { b: 1 } } }],
    ['layers that are no list', { ...manifest, layers: { length: 1 } }],
  ])('S-044 refuses %s', (_name, json) => {
    expect(failure(json)).toBeDefined();
  });

  it('S-044 refuses an index that is a manifest as well, and types it does not know', () => {
    expect(failure({ ...index, layers: [] }, mediaTypes.index)).toBeDefined();
    expect(failure({ schemaVersion: 1 }, 'application/vnd.docker.distribution.manifest.v1+json')?.code).toBe(
      'UNSUPPORTED',
    );
  });

  it('S-044 refuses 10,000 layers, 10,000 platforms and 5 MiB', () => {
    expect(failure({ ...manifest, layers: Array(10_000).fill(blob) })?.code).toBe('TOO_LARGE');
    const many = { ...index, manifests: Array(10_000).fill(index.manifests[0]) };
    expect(failure(many, mediaTypes.index)?.code).toBe('TOO_LARGE');
    expect(failure({ ...manifest, x: 'x'.repeat(5 << 20) })?.code).toBe('TOO_LARGE');
  });

  it('S-069 takes __proto__ for a name like any other', () => {
    const json = `{"schemaVersion":2,"config":${JSON.stringify(config)},"layers":[],"annotations":{"__proto__":"x"}}`;
    const { annotations } = parseManifestDocument(Buffer.from(json), mediaTypes.manifest);
    expect(Object.keys(annotations)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});
