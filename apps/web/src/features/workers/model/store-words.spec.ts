import { expect, it } from 'vitest';
import { storeWords } from './store-words';

const store = { bytes: 2_097_152, records: 12, mountBytes: 1_048_576, mounts: 1, oldestUse: null, measuredAt: '' };

it('says what an engine keeps, with its cache mounts', () => {
  expect(storeWords(store)).toBe('2.0 MiB in 12 records, 1.0 MiB of it in 1 cache mount');
  expect(storeWords({ ...store, records: 1_340, mounts: 0 })).toBe('2.0 MiB in 1,340 records');
  expect(storeWords({ ...store, records: 1, mounts: 0 })).toBe('2.0 MiB in 1 record');
  expect(storeWords({ ...store, records: 0 })).toBe('nothing');
});
