import { cpuTimeMs } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, frame } from './framing.js';

describe('messages in a byte stream', () => {
  it('come out as they went in, wherever the stream is cut', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
    const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 11 }));
    fc.assert(
      fc.property(messages, cuts, (sent, sizes) => {
        const got: number[][] = [];
        const reader = new FrameReader((message) => got.push([...message]));
        const bytes = Buffer.concat(sent.map((message) => frame(message)));
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value as number;
          reader.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(got).toEqual(sent.map((message) => [...message]));
      }),
    );
  });

  it('are refused when compressed or beyond the limit', () => {
    const compressed = frame(Buffer.from('x'));
    compressed[0] = 1;
    expect(() => new FrameReader(() => {}).push(compressed)).toThrow(RangeError);
    const announced = Buffer.from([0, 0xff, 0xff, 0xff, 0xff]);
    expect(() => new FrameReader(() => {}).push(announced)).toThrow(RangeError);
  });

  it('that are large are joined once, not once per chunk', () => {
    const large = frame(Buffer.alloc(32 * 1024 * 1024));
    let got = 0;
    const reader = new FrameReader((message) => {
      got = message.length;
    });
    const began = cpuTimeMs();
    for (let at = 0; at < large.length; at += 16_384) reader.push(large.subarray(at, at + 16_384));
    expect(got).toBe(large.length - 5);
    // Joined at each chunk it would be 32 GiB of copying.
    expect(cpuTimeMs() - began).toBeLessThan(3_000);
  });
});
