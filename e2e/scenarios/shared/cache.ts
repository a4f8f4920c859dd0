import { randomUUID } from 'node:crypto';
import type {
  Build,
  BuildCache,
  CacheEntry,
  CacheEviction,
  CachePrune,
  CachePrunePreview,
  CacheRecords,
  CacheReset,
  Page,
  ProjectCache,
  Step,
} from '@cooperage/contracts';
import { type Installation, type Repository, until } from '@cooperage/e2e';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from './suite.js';

/** The mark makes its steps nobody else's: the engine is not alone with this product. */
const mark = randomUUID();
const dockerfileOf = (last: string) => `FROM busybox:latest AS heavy
COPY word.txt /word.txt
RUN head -c 300000 /dev/urandom > /heavy # ${mark}
RUN head -c 1000 /heavy > /light
FROM busybox:latest
COPY --from=heavy /light /light
RUN echo ${last} > /last
`;

/** @param tag of a row of the scorecard, for the titles */
export function caches(suite: Suite, tag = ''): void {
  describe('the cache of a project', () => {
    let product: Installation;
    let repository: Repository;
    let base: string;
    beforeAll(async () => {
      product = suite.product;
      repository = await product.repository();
      base = `/api/v1/projects/${repository.project.id}/cache`;
    });

    const get = <T>(address: string) => product.api.json<T>('GET', `${base}${address}`);
    const exported = async (last: string) => {
      const { commit } = await product.push(repository, { Dockerfile: dockerfileOf(last), 'word.txt': mark });
      const build = await product.buildWhere(
        repository,
        commit,
        'has left its cache',
        ({ finishedAt, cacheExport }) => finishedAt !== null && cacheExport !== 'pending',
      );
      expect(build).toMatchObject({ status: 'succeeded', cacheExport: 'done' });
      return build;
    };
    const records = async () => {
      const [entry] = (await get<Page<CacheEntry>>('/entries')).items;
      return get<CacheRecords>(`/entries/${entry!.id}/records`);
    };

    it(`is told by step: who made each result, how large it is, and who found it last${tag}`, async () => {
      await exported('one');
      const { kind, entry, items } = await records();
      expect(kind).toBe('records');
      // The only one there is shares nothing.
      expect(entry).toMatchObject({ aloneBytes: entry.bytes, sharedBytes: 0 });
      expect(entry).toMatchObject({
        zone: 'protected',
        ref: 'refs/heads/main',
        epoch: 0,
        writtenBy: 1,
        readByAll: true,
      });
      const lines = (some: typeof items) => some.flatMap(({ step }) => step?.line ?? []).toSorted();
      expect(lines(items)).toEqual([2, 3, 4, 6, 7]);
      expect(items[0]).toMatchObject({ step: { name: expect.stringContaining('head -c 300000'), line: 3, build: 1 } });
      expect(items[0]!.bytes).toBeGreaterThan(290_000);
      expect(items.every(({ step }) => step === null || (step.build === 1 && step.found === null))).toBe(true);

      await exported('two');
      const now = (await records()).items;
      expect(now.find(({ step }) => step?.line === 3)?.step).toMatchObject({ build: 1, found: { number: 2 } });
      expect(now.find(({ step }) => step?.name.includes('echo two'))?.step).toMatchObject({ build: 2, found: null });
      const [largest] = (await get<CacheRecords>(`/entries/${entry.id}/records?q=HEAD&sort=used`)).items;
      expect(largest?.step?.line).toBe(3);
      // Page by page it is the same.
      for (const sort of ['size', 'used']) {
        const all = await get<CacheRecords>(`/entries/${entry.id}/records?sort=${sort}`);
        const first = await get<CacheRecords>(`/entries/${entry.id}/records?sort=${sort}&limit=2`);
        const second = await get<CacheRecords>(
          `/entries/${entry.id}/records?sort=${sort}&limit=100&cursor=${first.next}`,
        );
        expect([...first.items, ...second.items]).toEqual(all.items);
        expect([all.next, second.next]).toEqual([null, null]);
      }
    });

    it(`is told as away while the registry is, and as gone when it has lost it${tag}`, async () => {
      const [entry] = (await get<Page<CacheEntry>>('/entries')).items;
      const look = () => product.api.send('GET', `${base}/entries/${entry!.id}/records`);
      await product.cut('registry');
      const away = await look();
      await product.restore('registry');
      expect(away.status).toBe(503);
      expect((await look()).status).toBe(200);
      expect((await product.api.send('GET', `${base}/entries/${randomUUID()}/records`)).status).toBe(404);
    });

    it(`is not found by any build after a reset, and is gone from the registry${tag}`, async () => {
      const [before] = (await get<Page<CacheEntry>>('/entries')).items;
      const reset = await product.api.json<CacheReset>('POST', `${base}/resets`, { reason: 'a poisoned layer' });
      expect(reset).toMatchObject({ epoch: 1, zone: null, afterNumber: 2 });
      await expect.poll(async () => (await get<Page<CacheReset>>('/resets')).items[0]?.sweptAt).toBeTruthy();
      expect((await get<Page<CacheEntry>>('/entries')).items).toEqual([]);
      expect((await get<Page<CacheEviction>>('/evictions')).items).toMatchObject([
        { bytes: before!.bytes, freedBytes: before!.bytes, why: 'reset', by: reset.by, reason: 'a poisoned layer' },
      ]);
      const build = await exported('two');
      const steps = await product.api.json<{ steps: Step[] }>('GET', `/api/v1/builds/${build.id}/steps`);
      const ran = steps.steps.filter(({ internal, name }) => !internal && !name.includes('FROM '));
      expect(ran.map(({ cached }) => cached)).toEqual(ran.map(() => false));
      expect((await get<Page<CacheEntry>>('/entries')).items).toMatchObject([{ epoch: 1, writtenBy: 3 }]);
    });

    it(`goes by a rule, when a person has seen what that would delete${tag}`, async () => {
      const [main] = (await get<Page<CacheEntry>>('/entries')).items;
      const files = { Dockerfile: dockerfileOf('topic'), 'word.txt': mark };
      const ref = 'refs/heads/topic';
      const { commit } = await product.push(repository, files, ref);
      await product.buildWhere(repository, commit, 'has left its cache', ({ cacheExport }) => cacheExport === 'done');
      const [topic] = (await get<Page<CacheEntry>>('/entries?q=topic')).items;
      // All but its last step is in the cache of the default branch as well.
      expect(topic!.sharedBytes).toBeGreaterThan(290_000);
      expect(topic!.aloneBytes).toBeLessThan(100_000);
      const rule = { zone: 'branch', q: 'topic' } as const;
      const preview = await get<CachePrunePreview>('/prunes/preview?zone=branch&q=topic');
      expect(preview).toMatchObject({ references: 1, bytes: topic!.aloneBytes, items: [{ ref }], colderRefs: 1 });
      expect(preview.colder).toMatchObject([{ ref, lastBuild: topic!.writtenBy, left: ['refs/heads/main'] }]);
      const asked = { ...rule, reason: 'room', seen: preview.seen };
      const made = await product.api.json<CachePrune>('POST', `${base}/prunes`, asked);
      await expect
        .poll(async () => (await get<Page<CachePrune>>('/prunes')).items)
        .toMatchObject([{ id: made.id, references: 1, deleted: 1, endedAt: expect.any(String) }]);
      expect((await get<Page<CacheEntry>>('/entries')).items.map(({ id }) => id)).toEqual([main!.id]);
      const [gone] = (await get<Page<CacheEviction>>('/evictions')).items;
      expect(gone).toMatchObject({ ref, why: 'pruned', by: made.by, reason: 'room', freedBytes: preview.bytes });
      expect((await product.api.send('POST', `${base}/prunes`, asked)).status).toBe(409);
    });

    it(`is filled by a build that a person asks for, also where the engine has every result${tag}`, async () => {
      const cold = async () => (await get<ProjectCache>('')).cold;
      expect(await cold()).toBeNull();
      await product.api.json('POST', `${base}/resets`, { reason: 'to be filled anew' });
      expect(await cold()).toEqual({ why: 'reset', underWay: null });
      const last = (await product.api.builds(repository.project.id)).items[0]!.number;
      for (const number of [last + 1, last + 2]) {
        const ref = 'refs/heads/main';
        await product.api.json('POST', `/api/v1/projects/${repository.project.id}/builds`, { ref, noCache: true });
        const build = await until('it has left its cache', async () => {
          const newest = (await product.api.builds(repository.project.id)).items.find((each) => each.number === number);
          const found = newest && (await product.api.build(newest.id));
          return found?.cacheExport === 'done' ? found : null;
        });
        expect(build).toMatchObject({ status: 'succeeded', stepsCached: 0, triggeredBy: expect.any(String), tags: [] });
      }
      expect(await cold()).toBeNull();
    });
  });

  describe('a protected branch', () => {
    let product: Installation;
    let repository: Repository;
    beforeAll(async () => {
      product = suite.product;
      repository = await product.repository({ protectedBranches: ['release/*'] });
    });

    const release = 'refs/heads/release/1.x';
    const address = (rest: string) => `/api/v1/projects/${repository.project.id}${rest}`;
    const files = { Dockerfile: `FROM busybox:latest\nRUN echo ${mark} > /word\n` };
    const topicBuild = async (name: string, targetRef: string) => {
      const ref = `refs/heads/${name}`;
      const commit = await repository.git.commit({ ...files, name }, { ref });
      await product.api.json('POST', address('/builds'), { ref, targetRef });
      const build = await product.finished(repository, commit);
      expect(build).toMatchObject({ zone: 'branch', status: 'succeeded' });
      return build;
    };
    const readsOf = async (build: Build) => {
      const { reads } = await product.api.json<BuildCache>('GET', `/api/v1/builds/${build.id}/cache`);
      return reads.map(({ zone, ref }) => `${zone} ${ref}`);
    };

    it(`leaves a protected cache, which those read that are to be merged into it${tag}`, async () => {
      for (const ref of ['refs/heads/main', release]) {
        const { commit } = await product.push(repository, files, ref);
        const left = await product.buildWhere(repository, commit, 'left its cache', (b) => b.cacheExport === 'done');
        expect(left).toMatchObject({ zone: 'protected', status: 'succeeded', inputs: { targetRef: null } });
      }
      const merging = await topicBuild('merging', release);
      expect(merging).toMatchObject({ stepsCached: 1, inputs: { targetRef: release } });
      const main = 'protected refs/heads/main';
      expect(await readsOf(merging)).toEqual(['branch refs/heads/merging', `protected ${release}`, main]);

      const stacked = await topicBuild('stacked', 'refs/heads/merging');
      expect(stacked.inputs.targetRef).toBeNull();
      expect(await readsOf(stacked)).toEqual(['branch refs/heads/stacked', main]);
    });

    it(`is told as what a build is to be merged into by its full name${tag}`, async () => {
      for (const targetRef of ['release/1.x', 'refs/tags/v1', 'refs/heads/a..b', 'refs/heads/a\nb', '']) {
        const answer = await product.api.send('POST', address('/builds'), { ref: release, targetRef });
        expect(answer.status, targetRef).toBe(400);
      }
    });
  });
}
