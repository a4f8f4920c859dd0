import { expect, it } from 'vitest';
import { storeOf } from './store.js';

const at = (day: number) => new Date(Date.UTC(2026, 0, day));

it('sums up what an engine keeps, its cache mounts apart', () => {
  const records = [
    { kind: 'regular', sizeBytes: 700, lastUsedAt: at(5) },
    { kind: 'regular', sizeBytes: -1, lastUsedAt: null },
    { kind: 'exec.cachemount', sizeBytes: 200, lastUsedAt: at(3) },
    { kind: 'source.local', sizeBytes: 30, lastUsedAt: at(4) },
  ];
  expect(storeOf(records)).toEqual({ bytes: 930, records: 4, mountBytes: 200, mounts: 1, oldestUse: at(3) });
  expect(storeOf([])).toEqual({ bytes: 0, records: 0, mountBytes: 0, mounts: 0, oldestUse: null });
});
