import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CursorCodec } from './cursor.js';
import { ApiProblem } from './problem.js';

const codec = new CursorCodec(['a'.repeat(32)]);

describe('a cursor', () => {
  it('reads back what it was made of', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (list, key) => {
        expect(codec.decode(list, codec.encode(list, key))).toBe(Buffer.from(key).toString());
      }),
    );
  });

  it('S-073 is refused when one bit of it was changed, cut or made up', () => {
    const cursor = Buffer.from(codec.encode('builds', '0197'), 'base64url');
    for (let bit = 0; bit < cursor.length * 8; bit++) {
      const forged = Buffer.from(cursor);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => codec.decode('builds', forged.toString('base64url'))).toThrow(ApiProblem);
    }
    for (const made of ['', 'x', '0197', cursor.subarray(0, 15).toString('base64url'), '🦀'])
      expect(() => codec.decode('builds', made)).toThrow(ApiProblem);
  });

  it('S-073 is refused by another list', () => {
    expect(() => codec.decode('builds of b', codec.encode('builds of a', 'x'))).toThrow('does not belong to this list');
  });

  it('is still taken when the key that made it is not the first any more', () => {
    const rotated = new CursorCodec(['b'.repeat(32), 'a'.repeat(32)]);
    expect(rotated.decode('l', codec.encode('l', 'x'))).toBe('x');
    expect(() => codec.decode('l', rotated.encode('l', 'x'))).toThrow(ApiProblem);
  });
});
