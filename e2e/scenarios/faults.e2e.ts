import { until } from '@cooperage/e2e';
import { describe, expect, it } from 'vitest';
import { building, faults, tagMovesOf } from './shared/faults.js';
import { processes } from './shared/suite.js';

const suite = processes();

// It takes a registry in front of which a push can be held. First, while there is one builder.
describe('faults in the middle of a build', () => {
  it('kill -9 of the builder when the engine had finished and nobody had written it down: the result is taken over', async () => {
    const { product } = suite;
    // Nobody has pushed into its staging repository before.
    const fresh = await product.repository();
    const push = product.registry.holdNextPush();
    const builder = await product.pidOf('builder');
    const random = 'RUN echo "drawn $(head -c 12 /dev/urandom | od -An -tx1 | tr -d " ")"; sleep 2\n';
    const { commit } = await product.push(fresh, { Dockerfile: `FROM busybox:latest\n${random}RUN sleep 2\n` });
    const running = await product.buildWhere(fresh, commit, 'runs', building);
    const logOf = async (attempt: number) =>
      (await product.api.send('GET', `/api/v1/builds/${running.id}/log?attempt=${attempt}`)).text();
    const drawn = await until(
      'the first attempt has drawn',
      async () => /drawn [0-9a-f]{24}/.exec(await logOf(1))?.[0] ?? null,
    );
    // By then the builder has told the database of the image: without that it begins no push.
    await push.isHeld;
    await product.cut('database');
    push.letGo();
    // The engine writes down that it is done, and its worker waits for the database to do the same.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    process.kill(builder, 'SIGKILL');
    await product.restore('database');
    const build = await product.finished(fresh, commit);
    expect(build.status).toBe('succeeded');
    expect(build.attempts.map((attempt) => attempt.state)).toEqual(['lost', 'built']);
    expect(build.warnings.map(({ rule }) => rule)).toContain('TakenOver');
    // The second attempt tells what the first one drew: no step ran twice.
    expect((await logOf(2)).match(/drawn [0-9a-f]{24}/g)).toEqual([drawn]);
    expect(await tagMovesOf(product, fresh.project, commit)).toHaveLength(build.tags.length);
    expect(await product.tagInRegistry(fresh, 'main')).toBe(build.digest);
    await product.cosign(fresh, 'verify', build.digest!);
  });

  it('an old build held back until a newer one is published does not move the tag back', async () => {
    const { product } = suite;
    const repository = await product.repository();
    const push = product.registry.holdNextPush();
    const old = await product.push(repository, { Dockerfile: 'FROM busybox:latest\nRUN echo old\n' });
    const newer = await (async () => {
      await push.isHeld;
      const fresh = await product.push(repository, { Dockerfile: 'FROM busybox:latest\nRUN echo newer\n' });
      const build = await product.finished(repository, fresh.commit);
      const held = (await product.api.builds(repository.project.id)).items.find(({ commit }) => commit === old.commit);
      expect(held).toMatchObject({ status: 'running', phase: 'push' });
      return build;
    })().finally(push.letGo);
    expect(newer.status).toBe('succeeded');
    const older = await product.finished(repository, old.commit);
    expect(older.status).toBe('succeeded');
    expect(await product.tagInRegistry(repository, 'main')).toBe(newer.digest);
    expect(await tagMovesOf(product, repository.project, old.commit)).toEqual([]);
  });
});

faults(suite);
