import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameOf } from '../../spec/web-socket-frames.js';
import { FrameCount } from './frame-count.js';

const control = fc.record({ first: fc.constantFrom(0x88, 0x89, 0x8a), length: fc.nat(125) });
const data = fc.record({
  first: fc.constantFrom(0x00, 0x01, 0x02, 0x80, 0x81, 0x82),
  length: fc.oneof(fc.nat(130), fc.nat(700), fc.constantFrom(125, 126, 65_535, 65_536)),
});

describe('R13B-2 FrameCount', () => {
  it('counts each frame once, whatever it carries and however its bytes arrive', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(control, data), { maxLength: 30 }),
        fc.array(fc.nat(40_000), { maxLength: 30 }),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map(({ first, length }) => frameOf(first, Buffer.alloc(length, 0x81))));
          const count = new FrameCount();
          const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
          for (let part = 1; part < at.length; part++) count.read(bytes.subarray(at[part - 1], at[part]));
          expect(count.frames).toBe(frames.length);
        },
      ),
    );
  });

  it('counts frames that come byte by byte, and the fragments of the message that is under way', () => {
    const count = new FrameCount();
    const read = (...frames: Buffer[]) => {
      for (const byte of Buffer.concat(frames)) count.read(Uint8Array.of(byte));
      return [count.frames, count.fragments];
    };
    const [text, more, last, pong] = [0x01, 0x00, 0x80, 0x8a].map((first) => frameOf(first, Buffer.from('x')));
    expect(read(text!, more!, pong!, more!)).toEqual([4, 3]);
    expect(read(last!)).toEqual([5, 0]);
  });
});
