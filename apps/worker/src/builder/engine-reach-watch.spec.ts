import { createLogger } from '@cooperage/telemetry';
import { expect, it } from 'vitest';
import { EngineReachWatch } from './engine-reach-watch.js';

const logger = createLogger({ process: 'test', level: 'silent' });

it('R-C2 says that an engine fetches from what is near, once that is known, and asks again after ten minutes', async () => {
  const answers = [true, new Error('away'), false];
  let now = 0;
  const engine = {
    reachesNear: async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? false;
    },
  };
  const watch = new EngineReachWatch(engine, logger, () => now);
  expect(watch.latest()).toEqual([]);
  await expect.poll(() => watch.latest()).toEqual(['fetches-unfiltered']);
  expect(answers).toHaveLength(2);
  now += 600_000;
  watch.latest();
  await expect.poll(() => answers).toHaveLength(1);
  // It was away then: what was known holds, and it is asked again a minute later.
  expect(watch.latest()).toEqual(['fetches-unfiltered']);
  now += 60_000;
  await expect.poll(() => watch.latest()).toEqual([]);
});

it('R-C2 says nothing of an engine that cannot be asked', () => {
  expect(new EngineReachWatch({}, logger).latest()).toEqual([]);
});
