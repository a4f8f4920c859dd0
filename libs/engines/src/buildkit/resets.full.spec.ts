import { type OwnEngine, startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { type TrialBuild, TrialSite } from '../testing/trial-site.js';
import { BuildkitEngine } from './engine.js';

const main = { zone: 'protected', ref: 'refs/heads/main' } as const;
const topic = { zone: 'branch', ref: 'refs/heads/topic' } as const;

/** The mark makes its steps this test's own: the engine is not alone with it. */
const dockerfileOf = (mark: string) => `FROM busybox
COPY word.txt /word.txt
RUN --mount=type=cache,target=/home ls /home && echo ${mark} > /home/${mark}
RUN tr a-z A-Z < /word.txt > /loud.txt
`;

describe('a reset of a cache', () => {
  const cgroupParent = trialCgroupParent();
  let own: OwnEngine;
  let shared: BuildkitEngine;
  let unlimited: BuildkitEngine;
  let other: BuildkitEngine;

  beforeAll(async () => {
    own = await startOwnEngine();
    shared = trialEngine({ cgroupParent });
    unlimited = trialEngine({ cgroupRoot: null });
    other = new BuildkitEngine({ address: own.address, cgroupParent });
  });
  afterAll(async () => {
    await endTrial(cgroupParent, shared, unlimited, other);
    await own.stop();
  });

  const buildOf = (site: TrialSite, change: Partial<TrialBuild> = {}): TrialBuild => {
    const files = { 'word.txt': site.projectId };
    return { ...main, isolated: false, dockerfile: dockerfileOf(site.projectId), files, exports: true, ...change };
  };

  it.each(['limits', 'no limits'])(
    'lets nothing older be found, neither in the engine nor in the registry, with %s',
    async (kind) => {
      const engine = kind === 'limits' ? shared : unlimited;
      const site = new TrialSite();
      const ran = async (change: Partial<TrialBuild> = {}) => {
        const { record } = await site.build(engine, buildOf(site, change));
        return { steps: record.ran().length, seen: record.output().includes(site.projectId) };
      };
      expect(await ran()).toEqual({ steps: 3, seen: false });
      expect((await ran()).steps).toBe(0);
      // A marker in the mount would be printed by the step that lists it.
      expect(await ran({ epoch: 1, afterReset: true })).toEqual({ steps: 3, seen: false });
      expect((await ran({ epoch: 1 })).steps).toBe(0);
      // By its name alone, for the second build that was asked for: only the copy has no name of ours in its key.
      expect(await ran({ epoch: 2, mainEpoch: 2 })).toEqual({ steps: 2, seen: false });
    },
  );

  it('leaves another engine nothing older to read, and leaves alone what it does not cover', async () => {
    const [site, stranger] = [new TrialSite(), new TrialSite()];
    await site.build(shared, buildOf(site));
    await site.build(shared, buildOf(site, topic));
    await stranger.build(shared, buildOf(stranger));
    const ranThere = async (of: TrialSite, change: Partial<TrialBuild>) =>
      (await of.build(other, buildOf(of, { exports: false, ...change }))).record.ran().length;
    // The default branch was reset: its own names are new, those of the branch and of another project stand.
    expect(await ranThere(site, { epoch: 1, mainEpoch: 1, afterReset: true })).toBe(3);
    expect(await ranThere(site, { ...topic, mainEpoch: 1 })).toBe(0);
    expect(await ranThere(stranger, {})).toBe(0);
  });
});
