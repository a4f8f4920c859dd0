import { LargeIndex } from '@cooperage/testing';
import { expect, it } from 'vitest';
import { mountImage } from './copy.js';
import type { RegistryClient } from './registry-client.js';

it('R4-P8 takes an index over without holding its manifests', async () => {
  const index = new LargeIndex(100, 100_000);
  const digest = index.digest as `sha256:${string}`;
  const mounted = await mountImage(index.client as RegistryClient, { from: 'a/staging', to: 'a/b', digest });
  expect(mounted).toMatchObject({ root: { digest }, blobCount: 200, blobBytes: 200 });
  expect(mounted.manifests.length).toBe(101);
  expect([index.put.length, index.put.at(-1)]).toEqual([101, digest]);
  expect(index.mostHeld).toBeGreaterThan(0);
  expect(index.mostHeld).toBeLessThan(12);
});
