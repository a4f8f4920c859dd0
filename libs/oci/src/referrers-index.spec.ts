import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from './digest-of.js';
import type { Descriptor } from './document/descriptor.js';
import { mediaTypes } from './media-types.js';
import { mergeReferrers, readReferrersIndex, referrersIndexBytes, referrersTag } from './referrers-index.js';

const descriptor = (name: string, extra: Partial<Descriptor> = {}): Descriptor => ({
  mediaType: mediaTypes.manifest,
  digest: digestOf(Buffer.from(name)),
  size: name.length,
  ...extra,
});
const lists = fc.array(
  fc.constantFrom(...'abcdefgh').map((name) => descriptor(name)),
  { maxLength: 8 },
);

describe('mergeReferrers', () => {
  it('makes the same bytes in whatever order its parts came', () => {
    fc.assert(
      fc.property(lists, lists, (known, found) => {
        const once = referrersIndexBytes(mergeReferrers(known, found));
        const again = referrersIndexBytes(mergeReferrers([...known].reverse(), [...found].reverse()));
        expect(again).toEqual(once);
      }),
    );
  });

  it('keeps everybody, each once, and changes nothing when done again', () => {
    fc.assert(
      fc.property(lists, lists, (known, found) => {
        const merged = mergeReferrers(known, found);
        const digests = merged.map((entry) => entry.digest);
        expect(new Set(digests)).toEqual(new Set([...known, ...found].map((entry) => entry.digest)));
        expect(new Set(digests).size).toBe(digests.length);
        expect(mergeReferrers(known, merged)).toEqual(merged);
      }),
    );
  });

  it('puts ours first, and takes our word for what is ours', () => {
    const ours = descriptor('ours', { artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json' });
    const theirs = descriptor('theirs', { annotations: { from: 'a stranger' } });
    const copy = { ...ours, artifactType: 'application/vnd.example' };
    expect(mergeReferrers([ours], [theirs, copy])).toEqual([ours, theirs]);
  });
});

describe('readReferrersIndex', () => {
  it('gives back entries exactly as they were written, members that we do not know included', () => {
    const entry = { annotations: { b: '1', a: '2' }, ...descriptor('x'), data: 'e30=' };
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [entry] }));
    expect(referrersIndexBytes(readReferrersIndex(bytes))).toEqual(bytes);
  });

  it.each([
    ['not JSON', 'hello'],
    ['no object', '[]'],
    ['null', 'null'],
    ['no list', '{"manifests":{}}'],
    ['no descriptors', '{"manifests":[null,1,"x",{},{"digest":"sha256:1","size":1,"mediaType":"a"}]}'],
    ['a negative size', JSON.stringify({ manifests: [{ ...descriptor('x'), size: -1 }] })],
    ['deep nesting', '['.repeat(200_000)],
  ])('finds nothing in %s', (_name, text) => {
    expect(readReferrersIndex(Buffer.from(text))).toEqual([]);
  });
});

describe('referrersIndexBytes', () => {
  it('refuses an index that no registry takes', () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      descriptor(`${index}`, { annotations: { x: 'x'.repeat(250_000) } }),
    );
    expect(() => referrersIndexBytes(many)).toThrow('do not fit');
  });

  it('is kept under the tag that the specification names', () => {
    expect(referrersTag(`sha256:${'0'.repeat(64)}`)).toBe(`sha256-${'0'.repeat(64)}`);
  });
});
