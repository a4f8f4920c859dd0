import { LargeImageServer } from '@cooperage/testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeFetches } from '../testing/fetches.suite.js';
import { failureOf, strangersRequest } from '../testing/strangers-trial.js';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';

describeFetches('what the engine for code of strangers fetches itself');

describe('what an image says of itself', { timeout: 180_000 }, () => {
  const cgroupParent = trialCgroupParent();
  const engine = trialEngine({ cgroupParent });
  afterAll(() => endTrial(cgroupParent, engine));

  it('R6-A7 is not fetched where it is larger than 8 MiB, and the build fails with the name of the image', async () => {
    const server = await LargeImageServer.start(16 * 2 ** 20);
    onTestFinished(() => server.close());
    for (const text of [`FROM ${server.image}\n`, `FROM busybox\nCOPY --from=${server.image} / /x\n`]) {
      const failure = await failureOf(engine, strangersRequest(text));
      expect(failure.message).toContain(server.image);
      expect([failure.code, server.asked]).toEqual(['FetchLimit', 0]);
    }
  });
});
