import { describe, expect, it } from 'vitest';
import { faults, tagMovesOf } from './shared/faults.js';
import { processes } from './shared/suite.js';

const suite = processes();
faults(suite);

// It takes a registry in front of which a push can be held.
describe('faults in the middle of a build', () => {
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
