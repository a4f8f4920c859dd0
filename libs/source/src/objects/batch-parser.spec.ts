import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchParser, type GitObject, ObjectTooLarge } from './batch-parser.js';
import { BrokenObject } from './object-sum.js';

interface Frame {
  readonly id: string;
  readonly bytes: Buffer;
}

function parse(frames: readonly Frame[], chunks: readonly Uint8Array[] = frames.map(({ bytes }) => bytes)) {
  const seen: (GitObject | Error)[] = [];
  const parser = new BatchParser({
    wanted: () => ({ id: frames[seen.length]!.id, maxBytes: 1000 }),
    onObject: (object) => seen.push(object),
    onError: (error) => seen.push(error),
  });
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return seen;
}

const idOf = (content: Uint8Array, algorithm = 'sha1') =>
  createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest('hex');

/** What git prints of a file; `id` is the one that it is asked for. */
function frame(content: Uint8Array, id = idOf(content)): Frame {
  return { id, bytes: Buffer.concat([Buffer.from(`${id} blob ${content.length}\n`), content, Buffer.from('\n')]) };
}

const line = (id: string, text: string): Frame => ({ id, bytes: Buffer.from(`${id} ${text}\n`) });
const x = Buffer.from('x');
const someId = 'a'.repeat(40);

describe('BatchParser', () => {
  it('reads answers however they are cut', () => {
    const contents = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 });
    fc.assert(
      fc.property(contents, fc.array(fc.nat(40), { minLength: 1 }), (blobs, cuts) => {
        const frames = blobs.map((blob) => frame(blob));
        const bytes = Buffer.concat(frames.map((each) => each.bytes));
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length]! + 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(parse(frames, chunks)).toEqual(blobs.map((blob) => ({ type: 'blob', content: Buffer.from(blob) })));
      }),
    );
  });

  it('S-029 passes over what is too large, and reads on behind it', () => {
    const seen = parse([frame(Buffer.alloc(1001)), line(someId, 'missing'), frame(x)]);
    expect(seen[0]).toBeInstanceOf(ObjectTooLarge);
    expect(seen[1]).toBeInstanceOf(BrokenObject);
    expect(seen.slice(2)).toEqual([{ type: 'blob', content: x }]);
  });

  it('R22D-5 takes nothing whose id is not what was asked for, and reads on behind it', () => {
    const long = frame(x, idOf(x, 'sha256'));
    const seen = parse([frame(x, idOf(Buffer.from('y'))), long, frame(x, idOf(Buffer.from('y'), 'sha256')), frame(x)]);
    expect([seen[0], seen[2]]).toEqual([expect.any(BrokenObject), expect.any(BrokenObject)]);
    expect([seen[1], seen[3]]).toEqual(Array(2).fill({ type: 'blob', content: x }));
  });

  it('answers once to a line that it does not know', () => {
    expect(parse([line(someId, 'ambiguous')])).toEqual([expect.any(Error)]);
  });
});
