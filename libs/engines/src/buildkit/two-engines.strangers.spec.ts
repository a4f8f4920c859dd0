import { randomUUID } from 'node:crypto';
import type { Zone } from '@cooperage/domain';
import { Dice, seeds, services } from '@cooperage/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventRecord } from '../testing/event-record.js';
import { viewImage } from '../testing/registry-view.js';
import { endTrial, processesIn, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';
import { type TrialBuild, TrialSite } from '../testing/trial-site.js';
import { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;
const main = { zone: 'protected', ref: 'refs/heads/main' } as const;
const topic = { zone: 'branch', ref: 'refs/heads/topic' } as const;
const fork = { zone: 'fork', ref: 'refs/heads/stranger', borrows: true } as const;
const files = { 'word.txt': 'cask' };

/** Each time that its first step runs, the image is another one. With its mount it is found only where the mark is the same too. */
const random = `FROM busybox AS deps
WORKDIR /deps
COPY word.txt .
RUN --mount=type=cache,target=/m cat /proc/sys/kernel/random/uuid > id && cat word.txt >> id
FROM busybox
COPY --from=deps /deps/id /id
RUN cat /id > /copy
`;

/** What a careless project builds: a step takes whatever lies in its cache mount. With an honest mount it makes the same each time. */
const honest = `FROM debian:bookworm AS deps
RUN --mount=type=cache,id=deps,target=/var --mount=type=bind,target=/tmp test -e /var/dep || echo dep > /var/dep; \\
  mkdir /home/out; cp /tmp/word.txt /var/* /home/out/; cat /var/*; find /home -exec touch -d @0 {} +
FROM debian:bookworm
RUN --mount=type=bind,from=deps,source=/home/out,target=/tmp cp /tmp/* /home/; find /home -exec touch -d @0 {} +
`;

const attack = (marker: string) =>
  `FROM busybox\nRUN --mount=type=cache,id=deps,target=/home echo ${marker} > /home/${marker} # ${randomUUID()}\n`;

// A busy machine is no failure.
describe('the engine for strangers beside the one for trusted builds', { timeout: 300_000 }, () => {
  const cgroupParent = trialCgroupParent();
  let trusted: BuildkitEngine;
  let strangers: BuildkitEngine;

  beforeAll(() => {
    const other = services().trusted;
    if (!other) throw new Error('start them with ./cooperage test --only strangers');
    trusted = new BuildkitEngine({ address: other.engine, cgroupParent });
    strangers = trialEngine({ cgroupParent });
  });
  // As the builder does it before each build of a fork, and before the first one of another zone.
  beforeEach(() => strangers.wipe());
  afterAll(() => endTrial(cgroupParent, trusted, strangers));

  const randomly = (change: Partial<TrialBuild> = {}): TrialBuild => ({
    ...fork,
    dockerfile: random,
    files,
    ...change,
  });
  const honestly = (place: { zone: Zone; ref: string }, change: Partial<TrialBuild> = {}): TrialBuild => ({
    ...{ ...place, dockerfile: honest, files },
    ...change,
  });

  /** What an image holds: the two engines do not pack it into the same bytes. */
  async function contentOf(site: TrialSite, build: TrialBuild, { outcome }: { outcome: { digest: string } }) {
    return (await viewImage(site.imagesOf(build), outcome.digest)).config.rootfs.diff_ids;
  }

  /** In one attempt, as the stages of one Dockerfile: the marker into the mount, and from there into the honest step's result. */
  async function poison(site: TrialSite, place: TrialBuild | typeof fork, marker: string) {
    const attemptId = randomUUID();
    await site.build(strangers, { ...place, attemptId, dockerfile: attack(marker) });
    return site.build(strangers, honestly(place, { attemptId, exports: true }));
  }

  /** A build that reads no cache at all, of which nothing is left for others. */
  async function clean(change: Partial<TrialBuild> = {}) {
    const [site, build] = [new TrialSite(), honestly(main, { cachePolicy: 'none', ...change })];
    return contentOf(site, build, await site.build(trusted, build));
  }

  describe('a fork’s first build', () => {
    it.each([false, true])('runs nothing that a protected one has run (strict isolation: %s)', async (isolated) => {
      const site = new TrialSite();
      const ours = await site.build(trusted, randomly({ ...main, isolated, exports: true }));
      const theirs = await site.build(strangers, randomly({ exports: true }));
      expect(theirs.record.ran()).toEqual([]);
      expect(theirs.outcome).toMatchObject({ digest: ours.outcome.digest, stepsRun: 0 });
      await strangers.wipe();
      // From its own reference now.
      const next = await site.build(strangers, randomly({ files: { 'word.txt': 'cask' }, attemptId: randomUUID() }));
      expect(next.outcome).toMatchObject({ digest: ours.outcome.digest, stepsRun: 0 });
    });

    it('finds as much of an image that holds its cache itself as is in there', async () => {
      const site = new TrialSite('inline');
      const dockerfile = `FROM busybox\nCOPY word.txt /\nRUN cat /proc/sys/kernel/random/uuid > /id\n`;
      const ours = await site.build(trusted, randomly({ ...main, isolated: false, dockerfile, exports: true }));
      const theirs = await site.build(strangers, randomly({ dockerfile }));
      expect([theirs.record.ran(), theirs.outcome.stepsRun]).toEqual([[], 0]);
      expect(await contentOf(site, randomly(), theirs)).toEqual(await contentOf(site, randomly(main), ours));
    });

    it('would run them again under names of its own, and where it may not read', async () => {
      const site = new TrialSite();
      const ours = await site.build(trusted, randomly({ ...main, isolated: false, exports: true }));
      for (const change of [{ borrows: false }, { cachePolicy: 'none' }] as const) {
        const theirs = await site.build(strangers, randomly(change));
        expect(theirs.outcome.digest).not.toBe(ours.outcome.digest);
        expect(theirs.record.ran().join()).toContain('cat /proc');
        await strangers.wipe();
      }
    });
  });

  describe('S-110 what a fork leaves under borrowed names', () => {
    it('is in its own reference only: no other build takes it, on neither engine', async () => {
      const site = new TrialSite();
      const expected = await clean();
      await site.build(trusted, honestly(main, { isolated: false, exports: true, files: { 'word.txt': 'other' } }));
      const poisoned = await poison(site, fork, 'STRANGER');
      expect(poisoned.record.output()).toContain('STRANGER');
      expect(await contentOf(site, honestly(fork), poisoned)).not.toEqual(expected);
      const another = { ...fork, ref: 'refs/heads/another' };
      const trustedOnes = [main, { ...main, ref: 'refs/tags/v1' }, topic].flatMap((place) =>
        [false, true].map((isolated) => [trusted, { ...place, isolated }] as const),
      );
      for (const [engine, place] of [
        ...trustedOnes,
        ...[main, topic, another].map((place) => [strangers, place] as const),
      ]) {
        if (engine === strangers) await strangers.wipe();
        const built = await site.build(engine, honestly(place));
        expect(built.record.output()).not.toContain('STRANGER');
        expect(await contentOf(site, honestly(place), built), JSON.stringify(place)).toEqual(expected);
      }
      await strangers.wipe();
      // The same ref reads what it has left itself: the marker was there, and it was a real one.
      const again = await site.build(strangers, honestly(fork));
      expect([again.record.ran(), again.outcome.digest]).toEqual([[], poisoned.outcome.digest]);
    });

    it('would be taken by the next one, were the engine not emptied before it', async () => {
      const site = new TrialSite();
      await site.build(trusted, honestly(main, { isolated: false, exports: true, files: { 'word.txt': 'other' } }));
      const poisoned = await poison(site, fork, 'STRANGER');
      const victim = await site.build(strangers, honestly(main, { isolated: false }));
      expect(victim.outcome.digest).toBe(poisoned.outcome.digest);
    });
  });

  it.each(seeds(2, 100))('S-110 S-111 take no marker from one another, in random order (seed %i)', async (seed) => {
    const dice = new Dice(seed);
    const site = new TrialSite();
    const isolated = dice.pick([true, false]);
    const refs = {
      protected: ['refs/heads/main', 'refs/tags/v1'],
      branch: ['refs/heads/a'],
      fork: ['refs/heads/x', 'refs/heads/main'],
    } as const;
    const tainted = new Set<string>();
    await site.build(trusted, honestly(main, { isolated, exports: true }));
    for (let at = 0; at < 4; at++) {
      const zone = dice.pick(['protected', 'branch', 'fork', 'fork'] as const);
      const place = { zone, ref: dice.pick(refs[zone]), isolated, borrows: zone === 'fork' };
      const engine = zone === 'fork' ? strangers : dice.pick([trusted, strangers]);
      if (engine === strangers) await strangers.wipe();
      if (zone === 'fork' && dice.roll(2) === 0) {
        await poison(site, { ...place, dockerfile: '' }, `MARKER-${refs.fork.indexOf(place.ref as never)}`);
        tainted.add(place.ref);
        continue;
      }
      const text = dice.pick(['cask', 'stave']);
      const change = { files: { 'word.txt': text }, exports: dice.roll(2) === 0 };
      const built = await site.build(engine, honestly(place, change));
      if (zone === 'fork' && tainted.has(place.ref)) continue;
      expect(built.record.output(), `${at}: ${zone} ${place.ref}`).not.toContain('MARKER');
      const content = await contentOf(site, honestly(place), built);
      expect(content, `${at}: ${zone} ${place.ref}`).toEqual(await expected(text));
    }
  });
  const digests = new Map<string, Promise<readonly string[]>>();
  function expected(text: string): Promise<readonly string[]> {
    const known = digests.get(text) ?? clean({ files: { 'word.txt': text } });
    digests.set(text, known);
    return known;
  }

  describe('S-041 limits, where both are told the same group', () => {
    const limited = (group: string, command: string, pids?: number) =>
      pushRequest(`FROM busybox\nRUN ${command} # ${unique()}\n`, {
        limits: { networkMode: 'none', group, ...(pids !== undefined && { pids }) },
      });

    it('hold for each engine alone', async () => {
      const group = `limits-${unique()}`;
      // Eighty processes: more than the bomb's limit, and than both limits together would leave for it.
      const many = trusted.build(limited(group, 'for i in $(seq 80); do sleep 3 & done; wait', 200), () => {}, never);
      const record = new EventRecord();
      const bomb = limited(group, 'for i in $(seq 200); do sleep 20 & done; wait', 40);
      await expect(strangers.build(bomb, record.emit, never)).rejects.toMatchObject({ code: 'StepProcessLimit' });
      expect(record.output()).toMatch(/fork/i);
      expect(processesIn(`${cgroupParent}/${group}`)).toBe(0);
      await many;
    });

    it('end what is below the engine’s own group, and leave the other’s alone', async () => {
      const group = `limits-${unique()}`;
      const other = trusted.build(limited(group, 'sleep 4'), () => {}, never);
      const stop = new AbortController();
      const stubborn = limited(group, 'trap "" TERM INT; echo up; while true; do sleep 0.05; done');
      const record = new EventRecord();
      const build = strangers.build(stubborn, record.emit, stop.signal);
      build.catch(() => {});
      await expect.poll(() => record.output(), { timeout: 30_000 }).toContain('up');
      expect(processesIn(`${cgroupParent}/${group}`)).toBeGreaterThan(0);
      stop.abort();
      await expect(build).rejects.toMatchObject({ code: 'EngineUnavailable' });
      expect(processesIn(`${cgroupParent}/${group}`)).toBe(0);
      await other;
    });
  });

  it('is not called empty while a build is in it', async () => {
    const stop = new AbortController();
    const group = `busy-${unique()}`;
    const request = pushRequest(`FROM busybox\nRUN sleep 60 # ${unique()}\n`, {
      limits: { networkMode: 'none', group },
    });
    const build = strangers.build(request, () => {}, stop.signal);
    build.catch(() => {});
    await expect.poll(() => processesIn(`${cgroupParent}/${group}`)).toBeGreaterThan(0);
    let emptied = false;
    const wiping = strangers.wipe().then(() => {
      emptied = true;
    });
    await new Promise((done) => setTimeout(done, 1_000));
    expect(emptied).toBe(false);
    stop.abort();
    await wiping;
    expect(await strangers.store()).toMatchObject({ records: 0 });
  });
});
