import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OutputLimit } from './output-limit.js';

it('lets through exactly the first bytes and counts the rest, however they come', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.array(fc.uint8Array({ maxLength: 20 })), (limitBytes, parts) => {
      const limit = new OutputLimit(limitBytes);
      const whole = Buffer.concat(parts);
      const admitted = Buffer.concat(parts.map((part) => limit.admit(part)));
      expect(admitted.equals(whole.subarray(0, limitBytes))).toBe(true);
      expect(limit.droppedBytes).toBe(whole.length - admitted.length);
    }),
  );
});

it('counts what an earlier writer let through', () => {
  const limit = new OutputLimit(10, 8);
  expect(limit.admit(Buffer.from('abc')).length).toBe(2);
  expect(limit.droppedBytes).toBe(1);
});
