import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { newReference, unique } from '../testing/trial-request.js';
import { type TrialBuild, TrialSite } from '../testing/trial-site.js';
import { resultOf, trialTarget } from '../testing/trial-target.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;
const main = { zone: 'protected', ref: 'refs/heads/main', isolated: false } as const;
const topic = { zone: 'branch', ref: 'refs/heads/topic', isolated: false } as const;

/**
 * What a careless project builds: a step takes what lies in its mount, as package managers do, and others go on with that. The
 * number tells whether a step of another zone was found again.
 */
const careless = (flag: string, take: string) => `FROM busybox AS deps
RUN cat /proc/sys/kernel/random/uuid > /home/number
RUN --mount=${flag} ${take} > /home/dep
RUN sed s/^/on-/ /home/dep > /home/upon
FROM busybox
COPY --from=deps /home /home
RUN sed s/^/after-/ /home/dep > /home/after
`;
/** Runs in each zone, whatever is found of the steps before it. */
const shows = ({ zone }: Pick<TrialBuild, 'zone'>) =>
  `RUN cat /home/number /home/dep /home/upon /home/after # ${zone}\n`;
const takeCached = 'sh -c "test -e /m/dep || echo honest > /m/dep; cat /m/dep"';
describe('zones that share results', () => {
  const cgroupParent = trialCgroupParent();
  let limited: BuildkitEngine;
  let unlimited: BuildkitEngine;

  beforeAll(() => {
    limited = trialEngine({ cgroupParent });
    unlimited = trialEngine({ cgroupRoot: null });
  });
  afterAll(() => endTrial(cgroupParent, limited, unlimited));

  /** Lines of the last step. */
  async function shown(engine: BuildkitEngine, site: TrialSite, build: Omit<TrialBuild, 'exports'>) {
    const { record, outcome } = await site.build(engine, {
      ...build,
      dockerfile: `${build.dockerfile}${shows(build)}`,
    });
    const [number, ...words] = record.output().trim().split('\n');
    return { number, words, outcome };
  }
  const honest = ['honest', 'on-honest', 'after-honest'];
  const poisoned = ['POISON', 'on-POISON', 'after-POISON'];

  it.each([
    ['type=cache,target=/m', 'limits'],
    ['type=cache,id=deps,sharing=locked,target=/m,uid=0', 'limits'],
    ['type=cache,id=deps,target=/m', 'no limits'],
  ])('R2-N5 keep what a branch put into its mount out of a protected image (%s, %s)', async (flag, kind) => {
    const engine = kind === 'limits' ? limited : unlimited;
    const site = new TrialSite();
    const dockerfile = careless(flag, takeCached);
    await site.build(engine, { ...topic, dockerfile: `FROM busybox\nRUN --mount=${flag} echo POISON > /m/dep\n` });
    const branch = await shown(engine, site, { ...topic, dockerfile });
    expect(branch.words).toEqual(poisoned);
    const release = await shown(engine, site, { ...main, dockerfile });
    expect(release.words).toEqual(honest);
    // The step without a mount is shared as before.
    expect(release.number).toBe(branch.number);
    for (const place of [main, topic])
      expect((await site.build(engine, { ...place, dockerfile })).record.ran()).toEqual([]);
    // What is told of a build is complete.
    expect(release.outcome.baseImages.map(({ name }) => name)).toEqual(['docker.io/library/busybox:latest']);
    expect(release.outcome.materials).toHaveLength(1);
    expect(release.outcome.stepLines.size).toBeGreaterThanOrEqual(6);
  });

  it('R2-N5 keep what a step made of a secret of a branch out of a protected image', async () => {
    const site = new TrialSite();
    const dockerfile = careless('type=secret,id=word,env=WORD', 'echo $WORD');
    const secrets = (word: string) => ({ secrets: new Map([['word', Buffer.from(word)]]) });
    const branch = await shown(limited, site, { ...topic, ...secrets('POISON'), dockerfile });
    expect(branch.words).toEqual(poisoned);
    const release = await shown(limited, site, { ...main, ...secrets('honest'), dockerfile });
    expect(release.words).toEqual(honest);
    expect(release.number).toBe(branch.number);
  });

  it('R2-N5 run equal steps with a mount beside each other, and not once for both', async () => {
    const site = new TrialSite();
    const flag = 'type=cache,target=/m';
    await site.build(limited, { ...topic, dockerfile: `FROM busybox\nRUN --mount=${flag} echo POISON > /m/dep\n` });
    const dockerfile = careless(flag, `sleep 1; ${takeCached}`);
    const [branch, release] = await Promise.all([
      shown(limited, site, { ...topic, dockerfile }),
      shown(limited, site, { ...main, dockerfile }),
    ]);
    expect([branch.words, release.words]).toEqual([poisoned, honest]);
  });

  it('R2-N5 keep them apart in each target of a definition too', async () => {
    const place = { limits: { networkMode: 'none', group: unique() }, sharedKey: unique() } as const;
    const mount = '--mount=type=cache,id=deps,target=/m';
    const number = unique();
    const request = (zone: string, dockerfile: string, base: string) =>
      pushRequest(dockerfile, {
        ...{ limits: place.limits, cacheMountNamespace: `${number}-${zone}`, stepMark: zone },
        context: { files: [], sharedKey: place.sharedKey },
        ...{ targets: [trialTarget('base', base)], namedContexts: [resultOf('base')] },
      });
    const run = async (asked: BuildRequest) => {
      const record = new EventRecord();
      await limited.build({ ...asked, reference: newReference() }, record.emit, never);
      return record;
    };
    const take = (file: string) =>
      `RUN ${mount} sh -c "test -e /m/dep || echo honest > /m/dep"; cat /m/dep > /home/${file}\n`;
    const family = (zone: string) =>
      request(
        zone,
        `FROM base\n${take('own')}RUN cat /home/base /home/own # ${zone}\n`,
        `FROM busybox\n${take('base')}`,
      );
    await run(request('branch', `FROM base\nRUN ${mount} echo POISON > /m/dep\n`, 'FROM busybox\n'));
    expect((await run(family('branch'))).output()).toBe('POISON\nPOISON\n');
    expect((await run(family('protected'))).output()).toBe('honest\nhonest\n');
    expect((await run(family('protected'))).ran()).toEqual([]);
  });

  it('say what failed of a step with a mount, and where', async () => {
    const dockerfile = 'FROM busybox\nRUN true\nRUN --mount=type=cache,target=/m exit 7\n';
    const failed = new TrialSite().build(limited, { ...topic, dockerfile });
    await expect(failed).rejects.toMatchObject({
      code: 'StepFailed',
      message: expect.stringContaining('exit code 7'),
      place: { line: 3 },
    });
  });
});
