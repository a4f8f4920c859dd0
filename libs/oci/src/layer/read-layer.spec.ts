import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { paxEntry, syncStretchRatio, type TarFile, tarOf } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { RegistryError } from '../registry-error.js';
import { defaultLayerLimits, type LayerLimits } from './layer-limits.js';
import { readLayer } from './read-layer.js';

const gzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
const limits: LayerLimits = { ...defaultLayerLimits, entries: 20, depth: 5, pathBytes: 200, attributeBytes: 2_000 };

async function read(bytes: Buffer, mediaType = gzip, changed: Partial<LayerLimits> = {}, size = bytes.length) {
  const chunks = Array.from({ length: Math.ceil(bytes.length / 700) }, (_, n) =>
    bytes.subarray(n * 700, n * 700 + 700),
  );
  const open = async () => Readable.from(chunks, { objectMode: false });
  return readLayer({ mediaType, size }, open, { limits: { ...limits, ...changed } });
}
const readFiles = (files: readonly TarFile[], changed: Partial<LayerLimits> = {}) =>
  read(gzipSync(tarOf(files)), gzip, changed);
const paths = async (files: readonly TarFile[]) =>
  (await readFiles(files)).entries.map(({ kind, path, sizeBytes }) => `${kind} ${path} ${sizeBytes}`);

describe('the files of a layer', () => {
  const files: TarFile[] = [
    { path: './', type: '5' },
    { path: 'etc/', type: '5' },
    { path: './etc/motd', content: 'x'.repeat(1300) },
    { path: 'etc/link', type: '2', link: '../../outside' },
    { path: 'etc/hard', type: '1', link: 'etc/motd' },
    { path: 'dev/null', type: '3' },
    { path: 'etc/.wh.passwd' },
    { path: 'var/.wh..wh..opq' },
    ...paxEntry(`long/${'n'.repeat(150)}`, { content: 'abc' }),
    { path: 'name', type: 'L', content: `gnu/${'m'.repeat(120)}\0` },
    { path: 'cut', content: 'de' },
  ];
  const wanted = [
    'directory etc 0',
    'file etc/motd 1300',
    'symlink etc/link 0',
    'hardlink etc/hard 0',
    'device dev/null 0',
    'removed etc/passwd 0',
    'emptied var 0',
    `file long/${'n'.repeat(150)} 3`,
    `file gnu/${'m'.repeat(120)} 2`,
  ];

  it('are listed without their content, whatever the layer is packed with', async () => {
    expect(await paths(files)).toEqual(wanted);
    const tar = tarOf(files);
    for (const [bytes, type] of [
      [zstdCompressSync(tar), 'application/vnd.oci.image.layer.v1.tar+zstd'],
      [tar, 'application/vnd.oci.image.layer.v1.tar'],
      [gzipSync(tar), 'application/vnd.docker.image.rootfs.diff.tar.gzip'],
    ] as const) {
      const { entries, unpackedBytes } = await read(bytes, type);
      expect([entries.length, unpackedBytes]).toEqual([wanted.length, tar.length]);
    }
  });

  it('keep the names of strangers as they are', async () => {
    expect(await paths([{ path: 'a\n<b>', content: '1' }])).toEqual(['file a\n<b> 1']);
  });
});

describe('S-044 a layer made to harm its reader ends in a typed failure', () => {
  const problem = (call: Promise<unknown>) =>
    call.then(
      () => 'listed',
      (error) => error.problem as string,
    );

  it.each<[string, () => Promise<unknown>]>([
    ['unsafe_path', () => readFiles([{ path: '../../x', content: '1' }])],
    ['unsafe_path', () => readFiles([{ path: 'a/../../x' }])],
    ['unsafe_path', () => readFiles([{ path: 'x', type: '1', link: '../../etc/shadow' }])],
    ['unsafe_path', () => readFiles([{ path: 'a/.wh...' }])],
    ['unsafe_path', () => readFiles(paxEntry('../x'))],
    ['path_too_deep', () => readFiles([{ path: 'a/b/c/d/e/f/g' }])],
    ['path_too_long', () => readFiles(paxEntry('n'.repeat(300)))],
    ['path_too_long', () => readFiles([{ path: 'a', type: 'x', content: 'y'.repeat(3000) }])],
    ['too_many_entries', () => readFiles(Array.from({ length: 21 }, (_, n) => ({ path: `f${n}` })))],
    ['too_many_entries', () => readFiles([{ path: 'a'.repeat(90) }, { path: 'b'.repeat(90) }], { allPathBytes: 100 })],
    ['unpacked_too_large', () => readFiles([{ path: 'sparse', claimedBytes: 0o77777777777 }])],
    ['unpacked_too_large', () => readFiles([{ path: 'a', content: Buffer.alloc(9000) }], { unpackedBytes: 5000 })],
    [
      'ratio',
      () => readFiles([{ path: 'bomb', content: Buffer.alloc(3_000_000) }], { ratioFromBytes: 1000, ratio: 100 }),
    ],
    [
      'too_many_entries',
      () =>
        readFiles(
          Array.from({ length: 90 }, () => ({ path: './', type: '5' })),
          { headers: 80 },
        ),
    ],
    ['too_large', () => read(Buffer.alloc(0), gzip, {}, 1024 ** 3)],
    ['not_a_tar', () => read(gzipSync(Buffer.alloc(2000, 'no tar')))],
    ['not_a_tar', () => readFiles([{ path: 'a', type: 'x', content: '999 path=b\n' }])],
    ['not_a_tar', () => readFiles([{ path: 'a', type: 'x', content: '0 =\n' }])],
    ['damaged', () => read(Buffer.from('not packed at all'))],
    ['damaged', () => read(gzipSync(tarOf([{ path: 'a', content: 'x'.repeat(5000) }]).subarray(0, 2000)))],
    ['damaged', () => read(gzipSync(tarOf([{ path: 'a' }])).subarray(0, 60))],
    ['damaged', () => read(Buffer.from('no zstd'), 'application/vnd.oci.image.layer.v1.tar+zstd')],
    ['foreign', () => read(Buffer.alloc(0), 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip')],
    ['unsupported', () => read(Buffer.alloc(0), 'application/octet-stream')],
  ])('%s', async (wanted, call) => {
    expect(await problem(call())).toBe(wanted);
  });

  it('R4-P6 and attributes without an entry behind them end it before their second MiB', async () => {
    const block = { path: 'a', type: 'x', content: '8 x=abc\n'.repeat(1 << 16) };
    const tar = tarOf(Array.from({ length: 64 }, () => block));
    const chunkBytes = 1 << 16;
    let givenBytes = 0;
    const chunks = function* () {
      for (let at = 0; at < tar.length; at += chunkBytes) {
        givenBytes += chunkBytes;
        yield tar.subarray(at, at + chunkBytes);
      }
    };
    const open = async () => Readable.from(chunks(), { objectMode: false, highWaterMark: 1 });
    const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', size: tar.length };
    expect(await problem(readLayer(layer, open))).toBe('path_too_long');
    expect(givenBytes).toBeLessThan(2 << 20);
  });

  it('R4-P6 and attributes of all entries together are bounded', async () => {
    const each = paxEntry('n'.repeat(100));
    expect(await problem(readFiles(Array.from({ length: 9 }, () => each).flat(), { allAttributeBytes: 1_000 }))).toBe(
      'listed',
    );
    expect(await problem(readFiles(Array.from({ length: 10 }, () => each).flat(), { allAttributeBytes: 1_000 }))).toBe(
      'too_many_entries',
    );
  });

  it('R4-P6 and attributes that say nothing of a path do not hold others up', async () => {
    const block = { path: 'a', type: 'x', content: '5 x=\n'.repeat(200_000) };
    const tar = tarOf([block, { path: 'b', content: '1' }]);
    const type = 'application/vnd.oci.image.layer.v1.tar';
    const work = async () => {
      const { entries } = await readLayer({ mediaType: type, size: tar.length }, async () => Readable.from([tar]));
      expect(entries).toHaveLength(1);
    };
    expect(await syncStretchRatio(work)).toBeLessThan(5);
  });

  it('and a registry that loses, damages or withholds it is told apart', async () => {
    const from = (kind: 'not_found' | 'invalid' | 'unavailable') =>
      readLayer({ mediaType: gzip, size: 10 }, async () => {
        throw new RegistryError(kind, kind);
      });
    expect(await problem(from('not_found'))).toBe('missing');
    expect(await problem(from('invalid'))).toBe('damaged');
    await expect(from('unavailable')).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('and an abort ends it with its own reason', async () => {
    const controller = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (;;) yield gzipSync(Buffer.alloc(100));
      })(),
    );
    const reading = readLayer({ mediaType: gzip, size: 10 }, async () => endless, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});
