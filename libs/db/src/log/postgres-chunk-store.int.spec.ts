import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeChunkStore } from '../../../logs/spec/chunk-store.suite.js';
import { World } from '../../spec/world.js';
import { PostgresChunkStore } from './postgres-chunk-store.js';

let world: World;
let builder: string;
let project: string;
beforeAll(async () => {
  world = await World.open();
  builder = await world.builder(1_000);
  project = await world.project();
});
afterAll(() => world.close());

describeChunkStore('the archive on PostgreSQL', async () => ({
  store: new PostgresChunkStore(world.db),
  newAttempt: async () => (await world.claimed(project, builder, 600_000)).attemptId,
}));

it('R17C-1 gives what no reader takes without its payload', async () => {
  const store = new PostgresChunkStore(world.db);
  const { attemptId } = await world.claimed(project, builder, 600_000);
  const at = { firstN: 0, lastN: 0, firstAtMs: 0, firstLine: 0, lines: 1, firstTextByte: 0, textBytes: 1 };
  const forged = { entriesBytes: 0, lineDeltas: [], trigrams: null, payload: Buffer.alloc(9_000_000) };
  await store.append({ attemptId, epoch: 1, ...at, ...forged });
  expect(await store.range(attemptId, 0, 1)).toMatchObject([{ firstN: 0, payload: { length: 0 } }]);
  expect(await store.pick(attemptId, [0])).toMatchObject([{ firstN: 0, payload: { length: 0 } }]);
});
