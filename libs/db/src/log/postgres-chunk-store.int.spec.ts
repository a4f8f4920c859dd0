import { afterAll, beforeAll } from 'vitest';
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
