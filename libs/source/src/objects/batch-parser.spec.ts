import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchParser, type GitObject, ObjectTooLarge } from './batch-parser.js';

const id = 'a'.repeat(40);

function parse(chunks: readonly Uint8Array[], maxBytes = 1000): (GitObject | undefined | Error)[] {
  const seen: (GitObject | undefined | Error)[] = [];
  const parser = new BatchParser({
    maxBytes: () => maxBytes,
    onObject: (object) => seen.push(object),
    onError: (error) => seen.push(error),
  });
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return seen;
}

const frame = (content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${id} blob ${content.length}\n`), content, Buffer.from('\n')]);

describe('BatchParser', () => {
  it('reads answers however they are cut', () => {
    const contents = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 });
    fc.assert(
      fc.property(contents, fc.array(fc.nat(40), { minLength: 1 }), (blobs, cuts) => {
        const bytes = Buffer.concat(blobs.map(frame));
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length]! + 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(parse(chunks)).toEqual(blobs.map((blob) => ({ type: 'blob', content: Buffer.from(blob) })));
      }),
    );
  });

  it('S-029 passes over what is too large, and reads on behind it', () => {
    const seen = parse([frame(Buffer.alloc(1001)), Buffer.from(`${id} missing\n`), frame(Buffer.from('x'))]);
    expect(seen[0]).toBeInstanceOf(ObjectTooLarge);
    expect(seen.slice(1)).toEqual([undefined, { type: 'blob', content: Buffer.from('x') }]);
  });

  it('answers once to a line that it does not know', () => {
    expect(parse([Buffer.from(`${id} ambiguous\n`)])).toEqual([expect.any(Error)]);
  });
});
