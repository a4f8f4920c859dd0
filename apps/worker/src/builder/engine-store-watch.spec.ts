import type { EngineStore } from '@cooperage/engines';
import { createLogger } from '@cooperage/telemetry';
import { expect, it, vi } from 'vitest';
import { EngineStoreWatch } from './engine-store-watch.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const keeps = (bytes: number): EngineStore => ({ bytes, records: 1, mountBytes: 0, mounts: 0, oldestUse: new Date(0) });

it('is measured once a minute, and nobody waits for it', async () => {
  let now = 1_000_000;
  let bytes = 5;
  const store = vi.fn(async () => keeps(bytes));
  const watch = new EngineStoreWatch({ store }, logger, () => now);
  expect(watch.latest()).toBeUndefined();
  await expect.poll(() => watch.latest()).toMatchObject({ bytes: 5, oldestUse: '1970-01-01T00:00:00.000Z' });
  bytes = 7;
  now += 59_000;
  expect(watch.latest()).toMatchObject({ bytes: 5 });
  expect(store).toHaveBeenCalledTimes(1);
  now += 1_000;
  watch.latest();
  await expect.poll(() => watch.latest()).toMatchObject({ bytes: 7, measuredAt: new Date(now).toISOString() });
  expect(store).toHaveBeenCalledTimes(2);
});

it('stays as it was known while the engine is away, and is unknown of one that does not say', async () => {
  let now = 1_000_000;
  const store = vi.fn(async () => keeps(5));
  const watch = new EngineStoreWatch({ store }, logger, () => now);
  watch.latest();
  await expect.poll(() => watch.latest()).toMatchObject({ bytes: 5 });
  store.mockRejectedValueOnce(new Error('away'));
  now += 60_000;
  expect(watch.latest()).toMatchObject({ bytes: 5 });
  await expect.poll(() => store).toHaveBeenCalledTimes(2);
  expect(watch.latest()).toMatchObject({ bytes: 5 });
  expect(new EngineStoreWatch({}, logger).latest()).toBeUndefined();
});
