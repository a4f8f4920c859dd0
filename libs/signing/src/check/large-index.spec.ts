import { LargeIndex } from '@cooperage/testing';
import { expect, it } from 'vitest';
import { checkContent } from './check-content.js';
import type { SearchContext } from './search-referrers.js';

it('R4-P8 checks the content of an index without holding its manifests', async () => {
  const index = new LargeIndex(100, 100_000);
  const context = { client: index.client, repository: 'a/b', digest: index.digest, options: {} } as SearchContext;
  const { checks } = await checkContent(context);
  expect(checks.map(({ ok }) => ok)).toEqual([true, true]);
  expect(checks[1].evidence).toEqual({ manifests: '100', blobs: '200', bytes: '200' });
  expect(index.mostHeld).toBeGreaterThan(0);
  expect(index.mostHeld).toBeLessThan(12);
});
