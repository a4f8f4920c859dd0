import { PublishRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moveTag, tagDigest } from '../../../spec/registry-content.js';
import { WorkerSystem } from '../../../spec/worker-system.js';

describe('the reconciler', () => {
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.start();
  });
  afterAll(() => system.close());

  it('R-O2 puts a tag back that somebody moved in the registry itself, with its next round', async () => {
    const project = await system.project();
    const build = async (word: string) => {
      const commit = await project.git.commit({ Dockerfile: `FROM busybox:latest\nLABEL word=${word}\n` });
      return system.outcome(await system.push(project, commit));
    };
    const [older, newer] = [await build('older'), await build('newer')];
    expect(await tagDigest(project.repository, 'main')).toBe(newer.digest);
    await moveTag(project.repository, 'main', older.digest!);
    expect(await tagDigest(project.repository, 'main')).toBe(older.digest);
    // What the loop does every few minutes.
    await new PublishRepository(system.db).promiseReconciliations();
    await system.until(async () => ((await tagDigest(project.repository, 'main')) === newer.digest ? true : null));
    expect(await tagDigest(project.repository, 'latest')).toBe(newer.digest);
  });
});
