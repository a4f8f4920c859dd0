import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crowd } from '../spec/crowd.js';
import { WorkerSystem } from '../spec/worker-system.js';

describe('a crowd', () => {
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.start({ COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER: 'true' });
  });
  afterAll(() => system.close());

  it('R-W1 more pushes at one moment than there are slots of any kind are all evaluated, built and published [A3 crowd]', async () => {
    const crowd = await Crowd.gather(system, { organizations: 3, projects: 15, deliveriesEach: 2 });
    const deliveries = await crowd.pushAtOnce();
    await crowd.settled(deliveries, 150_000);
    expect(await crowd.contradictions(deliveries)).toEqual([]);
  }, 240_000);
});
