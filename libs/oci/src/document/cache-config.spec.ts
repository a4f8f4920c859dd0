import { describe, expect, it, vi } from 'vitest';
import { parseCacheConfig } from './cache-config.js';
import { parseManifestDocument } from './manifest-document.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const layer = (letter: string, size: number) => ({
  ...{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digest(letter), size },
  annotations: { 'buildkit/createdat': '2026-11-29T00:20:53.86989898Z' },
});
const manifest = parseManifestDocument(
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: 'application/vnd.buildkit.cacheconfig.v0', digest: digest('f'), size: 9 },
      layers: [layer('a', 100), layer('b', 20)],
    }),
  ),
  mediaType,
);
if (manifest.kind !== 'manifest') throw new Error('no manifest');
const parse = (config: object) => parseCacheConfig(manifest, Buffer.from(JSON.stringify(config)));

// As BuildKit 0.31 wrote it, digests shortened.
const real = {
  layers: [{ blob: digest('a'), parent: -1 }, { blob: digest('b') }],
  records: [
    { digest: digest('1') },
    {
      digest: digest('2'),
      layers: [{ layer: 1, createdAt: '2026-11-29T00:20:53.852774124Z' }],
      inputs: [[{ link: 0 }]],
    },
  ],
};

describe('the config of a cache', () => {
  it('has a record for each result, with the layer that the step added', () => {
    expect(parse(real)).toEqual([
      {
        key: digest('2'),
        createdAt: new Date('2026-11-29T00:20:53.852Z'),
        layer: expect.objectContaining({ size: 20 }),
      },
    ]);
  });

  it('takes the newest of several results, and the top of a chain', () => {
    const at = (second: number) => `2026-11-29T00:20:0${second}Z`;
    const layers = [
      { layer: 0, createdAt: at(1) },
      { layer: 1, createdAt: at(3) },
    ];
    const chains = [{ layers: [1, 0], createdAt: at(2) }];
    const [first, second] = parse({
      ...real,
      records: [
        { digest: digest('3'), layers, chains },
        { digest: digest('4'), chains },
      ],
    });
    expect([first!.layer.size, second!.layer.size]).toEqual([20, 100]);
  });

  it('passes over what names no layer or no time, and refuses what is no cache', () => {
    const odd = [
      { digest: digest('5'), layers: [{ layer: 7, createdAt: '2026-11-29T00:00:00Z' }] },
      { digest: digest('6'), layers: [{ layer: 0, createdAt: 'yesterday' }] },
      { digest: digest('7'), layers: [{ layer: -1, createdAt: '2026-11-29T00:00:00Z' }] },
    ];
    expect(parse({ ...real, records: odd })).toEqual([]);
    expect(() =>
      parse({ ...real, records: [{ layers: [{ layer: 0, createdAt: '2026-11-29T00:00:00Z' }] }] }),
    ).toThrow();
    for (const no of [[], 'x', { layers: [7] }, { records: {} }]) expect(() => parse(no as object)).toThrow();
  });

  it.each([
    ['empty objects', `{"x":[${'{},'.repeat(2_000_000)}{}]}`],
    ['numbers', `{"x":[${'1,'.repeat(4_000_000)}1]}`],
    ['keys', `{${Array.from({ length: 250_000 }, (_, at) => `"${at}":1`).join()}}`],
    ['brackets inside each other', `{"x":${'['.repeat(4_000_000)}${']'.repeat(4_000_000)}}`],
  ])('R7-A6 is not parsed when it is nothing but %s', (_what, text) => {
    const parsed = vi.spyOn(JSON, 'parse');
    try {
      expect(() => parseCacheConfig(manifest, Buffer.from(text))).toThrow(
        expect.objectContaining({ kind: 'invalid', code: 'TOO_LARGE' }),
      );
      expect(parsed).not.toHaveBeenCalled();
    } finally {
      parsed.mockRestore();
    }
  });

  it('R7-A6 is parsed with as many records as a cache may have, each with several results and inputs', () => {
    const results = Array.from({ length: 3 }, (_, at) => ({ layer: at % 2, createdAt: `2026-11-29T00:20:0${at}Z` }));
    const inputs = Array.from({ length: 8 }, (_, link) => [{ selector: digest('e'), link }]);
    const records = Array.from({ length: 5_000 }, () => ({ digest: 'k', layers: results, inputs }));
    expect(parse({ ...real, records })).toHaveLength(5_000);
  });
});
