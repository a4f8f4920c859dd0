import { randomUUID } from 'node:crypto';
import type { Zone } from '@cooperage/domain';
import { Dice, type OwnEngine, seeds, startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { type TrialBuild, TrialSite } from '../testing/trial-site.js';
import { BuildkitEngine } from './engine.js';

const main = { zone: 'protected', ref: 'refs/heads/main' } as const;
const topic = { zone: 'branch', ref: 'refs/heads/topic' } as const;
const fork = { zone: 'fork', ref: 'refs/heads/stranger' } as const;

/**
 * What a careless project builds: a step takes whatever lies in its cache mount, as package managers do. With an honest
 * mount its bytes are the same every time: it sets the times of all it makes, on a base that has the folders (`/proc` and the
 * like) which a container would else leave in the layer with the time of the day.
 */
const honest = `FROM debian:bookworm AS deps
RUN --mount=type=cache,id=deps,target=/var --mount=type=bind,target=/tmp test -e /var/dep || echo dep > /var/dep; \\
  mkdir /home/out; cp /tmp/word.txt /var/* /home/out/; cat /var/*; find /home -exec touch -d @0 {} +
FROM debian:bookworm
RUN --mount=type=bind,from=deps,source=/home/out,target=/tmp cp /tmp/* /home/; tr a-z A-Z < /tmp/word.txt > /home/loud; \\
  find /home -exec touch -d @0 {} +
`;

/** Leaves a marker in mounts. */
const attack = (marker: string, mounts: readonly string[]) => {
  const lines = mounts.map((id) => `RUN --mount=type=cache,id=${id},target=/home echo ${marker} > /home/${marker}`);
  return `FROM busybox\n${lines.join('\n')}\n# ${randomUUID()}\n`;
};

/** Names by which somebody else's mount might answer. */
const mountsOf = (space: string) => ['deps', ...['', '../', '../../'].map((up) => `${up}${space}/mounts/deps`)];

describe('zones on real engines', () => {
  const cgroupParent = trialCgroupParent();
  let own: OwnEngine;
  let engines: BuildkitEngine[];
  let unlimited: BuildkitEngine;

  beforeAll(async () => {
    own = await startOwnEngine();
    engines = [trialEngine({ cgroupParent }), new BuildkitEngine({ address: own.address, cgroupParent })];
    unlimited = trialEngine({ cgroupRoot: null });
  });
  afterAll(async () => {
    await endTrial(cgroupParent, ...engines, unlimited);
    await own.stop();
  });

  const word = { 'word.txt': 'cask' };
  const honestly = (place: { zone: Zone; ref: string }, change: Partial<TrialBuild> = {}): TrialBuild => ({
    ...{ ...place, dockerfile: honest, files: word },
    ...change,
  });

  /** In one attempt, as the stages of one Dockerfile: the marker into the mount, and from there into the honest step's result. */
  async function poison(
    engine: BuildkitEngine,
    site: TrialSite,
    place: { zone: Zone; ref: string; isolated?: boolean },
    marker: string,
    mounts: readonly string[] = ['deps'],
  ) {
    const attemptId = randomUUID();
    await site.build(engine, { ...place, attemptId, dockerfile: attack(marker, mounts) });
    return site.build(engine, honestly(place, { attemptId, exports: true }));
  }

  /** A build that reads no cache at all, of which nothing is left for others. */
  async function clean(change: Partial<TrialBuild> = {}): Promise<string> {
    const place = { ...main, cachePolicy: 'none' } as const;
    return (await new TrialSite().build(engines[0]!, honestly(place, change))).outcome.digest;
  }

  it.each(['limits', 'no limits'])(
    'S-110 keep a fork’s marker out of layers and mounts of others, with %s',
    async (kind) => {
      const engine = kind === 'limits' ? engines[0]! : unlimited;
      const site = new TrialSite();
      const expected = await clean();
      const poisoned = await poison(engine, site, fork, 'STRANGER', mountsOf(`${site.projectId}-protected`));
      expect(poisoned.record.output()).toContain('STRANGER');
      expect(poisoned.outcome.digest).not.toBe(expected);
      for (const place of [main, topic, { ...fork, ref: 'refs/heads/another' }]) {
        const { record, outcome } = await site.build(engine, honestly(place));
        expect(record.output()).not.toContain('STRANGER');
        expect(outcome.digest).toBe(expected);
      }
    },
  );

  it('S-112 are not reached by another project that guesses the names of mounts, and its results are not', async () => {
    const [victim, guesser] = [new TrialSite(), new TrialSite()];
    const owned = await victim.build(engines[0]!, honestly(main, { exports: true }));
    const own = `--mount=type=cache,id=own,target=/home`;
    const mark = `FROM busybox\nRUN ${own} echo mine > /home/MINE # ${randomUUID()}\n`;
    await victim.build(engines[0]!, { ...main, dockerfile: mark });
    const spaces = [`${victim.projectId}-protected`, `${victim.projectId}-protected/mounts`];
    const names = spaces.flatMap((space) => ['', '../', '../../', '/'].map((up) => `${up}${space}/mounts/own`));
    const looks = ['own', ...names].map(
      (id) => `RUN --mount=type=cache,id=${id},target=/home ls /home; echo planted > /home/PLANTED`,
    );
    const guessing = await guesser.build(engines[0]!, { ...main, dockerfile: `FROM busybox\n${looks.join('\n')}\n` });
    expect(guessing.record.output()).not.toContain('MINE');
    const after = `FROM busybox\nRUN ${own} ls /home # ${randomUUID()}\n`;
    const seen = (await victim.build(engines[0]!, { ...main, dockerfile: after })).record.output();
    expect(seen).toContain('MINE');
    expect(seen).not.toContain('PLANTED');
    // The very same Dockerfile and files: were it found, nothing would run, and the guesser would know that somebody has it.
    const same = await guesser.build(engines[0]!, honestly(main));
    expect(same.outcome.stepsCached).toBe(0);
    expect(same.outcome.digest).toBe(owned.outcome.digest);
  });

  it('would not, were they not apart: the attack is a real one', async () => {
    const site = new TrialSite();
    const shared = { isolated: false } as const;
    const attemptId = randomUUID();
    await site.build(engines[0]!, { ...fork, ...shared, attemptId, dockerfile: attack('STRANGER', ['deps']) });
    const poisoned = await site.build(engines[0]!, honestly(fork, { ...shared, attemptId }));
    const victim = await site.build(engines[0]!, honestly(main, shared));
    expect(victim.outcome.digest).toBe(poisoned.outcome.digest);
    expect(victim.outcome.digest).not.toBe(await clean());
  });

  it.each([true, false])(
    'S-111 R2-N5 keep what branches write from the protected zone, and let a release refuse its own branch’s cache (strict isolation: %s)',
    async (isolated) => {
      const site = new TrialSite();
      const expected = await clean();
      await poison(engines[0]!, site, { ...topic, isolated }, 'BRANCH');
      for (const engine of engines)
        expect((await site.build(engine, honestly(main, { isolated }))).outcome.digest, 'protected').toBe(expected);
      const release = honestly(topic, { cachePolicy: 'protected_only' });
      for (const engine of engines)
        expect((await site.build(engine, release)).outcome.digest, 'release').toBe(expected);
      const own = await site.build(engines[0]!, honestly(topic, { isolated }));
      expect(own.outcome.digest).not.toBe(expected);
    },
  );

  it.each([true, false])(
    'reuse within a zone what it may: on the same engine, and on another by the registry (strict isolation: %s)',
    async (isolated) => {
      const site = new TrialSite();
      await site.build(engines[0]!, honestly(main, { isolated, exports: true }));
      for (const engine of engines)
        expect((await site.build(engine, honestly(main, { isolated }))).record.ran()).toEqual([]);
      const tag = { zone: 'protected', ref: 'refs/tags/v1', cachePolicy: 'protected_only', isolated } as const;
      expect((await site.build(engines[1]!, honestly(tag))).record.ran()).toEqual([]);
      expect(
        (await site.build(engines[0]!, honestly({ ...tag, cachePolicy: 'none' } as TrialBuild))).outcome.stepsCached,
      ).toBe(0);
    },
  );

  // A busy machine is no failure.
  describe('S-110 S-111 Q6 in random order', { timeout: 300_000 }, () => {
    const words = ['cask', 'stave'];
    /** A stage in the middle of one build is the whole of another. */
    const targets = ['deps', undefined];
    const digests = new Map<string, Promise<string>>();
    const expected = (text: string, target: string | undefined) => {
      const name = `${text} ${target}`;
      const known = digests.get(name) ?? clean({ files: { 'word.txt': text }, target });
      digests.set(name, known);
      return known;
    };
    const refs = {
      protected: ['refs/heads/main', 'refs/tags/v1'],
      branch: ['refs/heads/a', 'refs/heads/b'],
      fork: ['refs/heads/x', 'refs/heads/main'],
    } as const;

    it.concurrent.each(seeds(2, 200))(
      'are as if there were no cache, and take no marker from one another (seed %i)',
      async (seed) => {
        const dice = new Dice(seed);
        const site = new TrialSite();
        const tainted = new Set<string>();
        const strict = dice.roll(2) === 0;
        for (let at = 0; at < 4; at++) {
          const zone = dice.pick(['protected', 'branch', 'fork'] as const);
          const place = { zone, ref: dice.pick(refs[zone]), isolated: strict || zone === 'fork' };
          const engine = dice.pick(engines);
          // What is one to the cache: a zone, and for strangers each of their refs.
          const house = zone === 'fork' ? `${zone} ${place.ref}` : zone;
          if (zone !== 'protected' && dice.roll(2) === 0) {
            await poison(engine, site, place, `MARKER-${zone}-${refs[zone].indexOf(place.ref as never)}`);
            tainted.add(house);
            continue;
          }
          const text = dice.pick(words);
          const target = dice.pick(targets);
          const change = { files: { 'word.txt': text }, target, exports: dice.roll(3) === 0 };
          const { record, outcome } = await site.build(engine, honestly(place, change));
          const foreign = record.output().match(/MARKER-\w+-\d/g) ?? [];
          const own = zone === 'fork' ? `MARKER-fork-${refs.fork.indexOf(place.ref as never)}` : 'MARKER-branch';
          for (const marker of foreign)
            expect(marker.startsWith(zone === 'protected' ? 'none' : own), marker).toBe(true);
          if (!tainted.has(house))
            expect(outcome.digest, `${at}: ${zone} ${place.ref}`).toBe(await expected(text, target));
        }
      },
    );
  });
});
