import { expect, it } from 'vitest';
import { HeldBlobs } from './held-blobs.js';

const held = (...blobs: readonly [string, number][]) => ({
  bytes: blobs.reduce((sum, [, bytes]) => sum + bytes, 0),
  blobs: blobs.map(([digest, bytes]) => ({ digest, bytes })),
});

it('weighs a blob once, and frees it with its last holder', () => {
  const [main, topic] = [held(['base', 100], ['a', 10]), held(['base', 100], ['b', 20])];
  const all = new HeldBlobs([main, topic]);
  expect(all.bytes).toBe(130);
  expect(all.remove(topic)).toBe(20);
  expect(all.add(topic)).toBe(20);
  expect(all.remove(main)).toBe(10);
  expect(all.remove(topic)).toBe(120);
  expect(all.bytes).toBe(0);
});

it('takes what nobody wrote down as held by itself alone', () => {
  const [a, b] = [
    { bytes: 50, blobs: [] },
    { bytes: 50, blobs: [] },
  ];
  const all = new HeldBlobs([a, b]);
  expect([all.bytes, all.remove(a), all.bytes]).toEqual([100, 50, 50]);
});
