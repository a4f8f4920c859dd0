import type { Build, Project } from '@cooperage/contracts';
import { type Installation, type Repository, until } from '@cooperage/e2e';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Suite } from './suite.js';

/** A build that is under way for long enough to be hurt. */
const slow = (seconds: number, word: string) => `FROM busybox:latest
RUN echo ${word} && for i in $(seq ${seconds * 10}); do echo "line $i of ${word}"; sleep 0.1; done
`;
/** Its engine works. */
export const building = (build: Build) => build.status === 'running' && build.phase === 'build';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** How often the build of a commit moved a tag. */
export async function tagMovesOf(product: Installation, project: Project, commit: string): Promise<readonly unknown[]> {
  const page = await product.api.json<{ items: { to: string; buildNumber: number }[] }>(
    'GET',
    `/api/v1/projects/${project.id}/tag-moves`,
  );
  const build = (await product.api.builds(project.id)).items.find((item) => item.commit === commit);
  return page.items.filter((move) => move.buildNumber === build?.number && move.to === build?.digest);
}

/** @param tag of a row of the scorecard, for the titles */
export function faults(suite: Suite, tag = ''): void {
  describe('faults in the middle of a build', () => {
    let product: Installation;
    let repository: Repository;
    beforeAll(async () => {
      product = suite.product;
      repository = await product.repository();
    });

    const tagMoves = (commit: string, { project } = repository) => tagMovesOf(product, project, commit);

    it(`kill -9 of the builder: a new attempt succeeds, and each tag moves once${tag}`, async () => {
      const builder = await product.pidOf('builder');
      const { commit } = await product.push(repository, { Dockerfile: slow(3, 'killed') });
      await product.buildWhere(repository, commit, 'runs', building);
      process.kill(builder, 'SIGKILL');
      const build = await product.finished(repository, commit);
      expect(build.status).toBe('succeeded');
      expect(build.attempts.map((attempt) => attempt.state)).toEqual(['lost', 'built']);
      expect(await tagMoves(commit)).toHaveLength(build.tags.length);
      expect(await product.tagInRegistry(repository, 'main')).toBe(build.digest);
      await product.cosign(repository, 'verify', build.digest!);
      // R-O3: the log of the build is that of both attempts, and says where the first one ended.
      const log = await (await product.api.send('GET', `/api/v1/builds/${build.id}/log`)).text();
      const [first, second] = log.split('=== Attempt 2 ===\n');
      expect(first).toMatch(/^=== Attempt 1 ===\n(.*\n)*=== This attempt was lost: .*===\n$/);
      expect(second).toContain('line 30 of killed');
    });

    it(`S-117 a builder that slept over its lease and wakes when another has built: it pushes, tags, signs and logs nothing${tag}`, async () => {
      const fresh = await product.repository();
      const sleeper = await product.pidOf('builder');
      const { commit } = await product.push(fresh, { Dockerfile: slow(6, 'slept') });
      const running = await product.buildWhere(fresh, commit, 'runs', building);
      const logOf = async () => (await product.api.send('GET', `/api/v1/builds/${running.id}/log?format=text`)).text();
      await until('its first attempt prints', async () => (await logOf()).includes('line 3 of slept'));
      process.kill(sleeper, 'SIGSTOP');
      try {
        await product.addBuilder('another-builder');
        const build = await product.finished(fresh, commit);
        expect(build.status).toBe('succeeded');
        const log = await logOf();
        await product.forgetWritten();
        process.kill(sleeper, 'SIGCONT');
        // It gives the attempt up, or itself: others have written it off.
        await until(
          'it knows that it slept',
          async () => !isAlive(sleeper) || (await product.logs()).includes('given to another worker'),
        );
        // As long as a push of its own would take, and then some.
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        // The cache of the build is left by who built it, whenever it comes to that.
        expect((await product.written()).filter((name) => !name.startsWith('cache/'))).toEqual([]);
        expect(await logOf()).toBe(log);
        const after = await product.finished(fresh, commit);
        expect(after.attempts.map((attempt) => attempt.state)).toEqual(['lost', 'built']);
        expect(after.digest).toBe(build.digest);
        expect(await tagMoves(commit, fresh)).toHaveLength(build.tags.length);
        expect(await product.tagInRegistry(fresh, 'main')).toBe(build.digest);
        await product.cosign(fresh, 'verify', build.digest!);
      } finally {
        if (isAlive(sleeper)) process.kill(sleeper, 'SIGCONT');
      }
    });

    it(`FLUSHDB on Redis: the build under way goes on, and a waiting one is not lost${tag}`, async () => {
      const first = await product.push(repository, { Dockerfile: slow(2, 'flushed') });
      await product.buildWhere(repository, first.commit, 'runs', building);
      const second = await product.push(repository, { Dockerfile: slow(1, 'waiting') });
      const redis = new Redis(product.redisUrl);
      await redis.flushdb();
      redis.disconnect();
      expect((await product.finished(repository, first.commit)).status).toBe('succeeded');
      expect((await product.finished(repository, second.commit)).status).toBe('succeeded');
    });

    it(`PostgreSQL away for ten seconds: the builder goes on building, and the build is published once it is back${tag}`, async () => {
      const { commit } = await product.push(repository, { Dockerfile: slow(4, 'cut') });
      await product.buildWhere(repository, commit, 'runs', building);
      await product.cut('database');
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      await product.restore('database');
      const build = await product.finished(repository, commit);
      expect(build.status).toBe('succeeded');
      expect(await product.tagInRegistry(repository, 'main')).toBe(build.digest);
      expect(build.attempts.map((attempt) => attempt.state)).toEqual(['built']);
      const log = await (await product.api.send('GET', `/api/v1/builds/${build.id}/log?format=text`)).text();
      expect(log.match(/line \d+ of cut/g)).toHaveLength(40);
    });

    it(`the git host away during evaluation: the delivery waits, says so, and builds when the host is back${tag}`, async () => {
      const commit = await repository.git.commit({ Dockerfile: slow(1, 'away') });
      await product.cut('git');
      const answer = await product.deliver(repository, { after: commit });
      const { deliveryId } = (await answer.json()) as { deliveryId: string };
      const delivery = (status: string) =>
        until(`the delivery is ${status}`, async () => {
          const found = await product.api.json<{ status: string; note: string | null }>(
            'GET',
            `/api/v1/deliveries/${deliveryId}`,
          );
          return found.status === status ? found : null;
        });
      expect((await delivery('evaluating')).note).toBeTruthy();
      await product.restore('git');
      await delivery('evaluated');
      expect((await product.finished(repository, commit)).status).toBe('succeeded');
    });

    it(`a cancel ends the work for real, and says when${tag}`, async () => {
      const { commit } = await product.push(repository, { Dockerfile: slow(600, 'canceled') });
      const running = await product.buildWhere(repository, commit, 'runs', building);
      await product.api.json('POST', `/api/v1/builds/${running.id}/cancel`, {});
      const build = await product.finished(repository, commit);
      expect(build).toMatchObject({ status: 'canceled', cancelRequestedBy: 'Ada' });
      expect(build.stoppedAt).not.toBeNull();
      expect(await tagMoves(commit)).toEqual([]);
    });

    it(`a retry is a new build of the same commit, linked to the old one${tag}`, async () => {
      const page = await product.api.builds(repository.project.id);
      const canceled = page.items.find((build) => build.status === 'canceled')!;
      const answer = await product.api.json<{ id: string; number: number }>(
        'POST',
        `/api/v1/builds/${canceled.id}/retry`,
        {},
      );
      const retry = await product.api.build(answer.id);
      expect(retry).toMatchObject({ commit: canceled.commit, trigger: 'retry', retryOf: canceled.id });
      await product.api.json('POST', `/api/v1/builds/${retry.id}/cancel`, {});
    });
  });
}
