import { createLogger } from '@cooperage/telemetry';
import { expect, it } from 'vitest';
import { EngineReachWatch } from './engine-reach-watch.js';

const logger = createLogger({ process: 'test', level: 'silent' });
type Answer = 'reached' | 'refused' | 'unknown' | Error;

function watchOf(...answers: Answer[]) {
  const clock = { now: 0 };
  const engine = {
    reachesNear: async () => {
      const answer = answers.shift() ?? 'refused';
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { watch: new EngineReachWatch(engine, logger, () => clock.now), clock, answers };
}

it('R-C2 says that an engine fetches from what is near, once that is known, and asks again after ten minutes', async () => {
  const { watch, clock, answers } = watchOf('reached', new Error('away'), 'refused');
  expect(watch.latest()).toEqual([]);
  await expect.poll(() => watch.latest()).toEqual(['fetches-unfiltered']);
  expect(answers).toHaveLength(2);
  clock.now += 600_000;
  watch.latest();
  await expect.poll(() => answers).toHaveLength(1);
  // It was away then: what was known holds, and it is asked again a minute later.
  expect(watch.latest()).toEqual(['fetches-unfiltered']);
  clock.now += 60_000;
  await expect.poll(() => watch.latest()).toEqual([]);
});

it.each(['unknown', new Error('away')] as const)(
  'R-C2 says that it is not known what an engine reaches, where that could not be found out, and asks again a minute later',
  async (answer) => {
    const { watch, clock } = watchOf('refused', answer, 'refused');
    watch.latest();
    clock.now += 600_000;
    await expect.poll(() => watch.latest()).toEqual(['fetches-unknown']);
    clock.now += 60_000;
    await expect.poll(() => watch.latest()).toEqual([]);
  },
);

it('R-C2 says nothing of an engine that cannot be asked', () => {
  expect(new EngineReachWatch({}, logger).latest()).toEqual([]);
});
