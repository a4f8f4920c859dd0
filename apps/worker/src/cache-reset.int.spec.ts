import { randomUUID } from 'node:crypto';
import { CacheResetRepository } from '@cooperage/db';
import { cacheReference } from '@cooperage/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tagsIn } from '../spec/registry-content.js';
import { WorkerSystem } from '../spec/worker-system.js';

const dockerfile = `FROM busybox:latest AS words
WORKDIR /words
COPY word.txt .
RUN tr a-z A-Z < word.txt > loud.txt
FROM busybox:latest
COPY --from=words /words/loud.txt /loud.txt
`;

describe('a build after its cache was reset', () => {
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.start();
  });
  afterAll(() => system.close());

  it('finds nothing older after a reset of the cache, deletes it from the registry, and is cached again', async () => {
    const project = await system.project();
    // A word that nobody else on the engine copies at the same time: equal work of two builds is done once.
    const word = randomUUID();
    const files = (note: string) => ({ Dockerfile: dockerfile, 'word.txt': word, note });
    const push = async (note: string) =>
      system.outcome(await system.push(project, await project.git.commit(files(note))));
    const [before, kept] = [await push('1'), await push('2')];
    expect(kept.stepsCached).toBe(kept.stepsTotal);
    expect((await system.cacheLeft(before.id)).cacheExport).toBe('done');
    const place = { zone: 'protected', ref: before.ref, platform: before.platform } as const;
    const old = cacheReference(project.id, { ...place, epoch: 0 });
    expect(await tagsIn(old.repository)).toEqual([old.tag]);
    const { bytes } = await system.db.prisma.cacheEntry.findFirstOrThrow({ where: { projectId: project.id } });

    const actor = { kind: 'person', id: 'u1', name: 'ada', ip: null } as const;
    const asked = { zone: null, ref: null, reason: 'a poisoned base' };
    const reset = await new CacheResetRepository(system.db).reset(
      { projectId: project.id, organizationId: system.organization },
      asked,
      actor,
    );
    expect(reset).toMatchObject({ epoch: 1, afterNumber: 2, sweptAt: null });
    await system.until(async () =>
      (await system.db.prisma.cacheReset.count({ where: { projectId: project.id, sweptAt: null } })) === 0
        ? true
        : null,
    );
    expect(await tagsIn(old.repository)).toEqual([]);
    const evictions = await system.db.prisma.cacheEviction.findMany({ where: { projectId: project.id } });
    expect(evictions).toMatchObject([{ ...place, epoch: 0, bytes, why: 'reset' }]);
    expect(await system.db.prisma.cacheEntry.count({ where: { projectId: project.id } })).toBe(0);

    const first = await push('3');
    const epochs = { cacheEpoch: 1, mainCacheEpoch: 1 };
    expect(first).toMatchObject({ status: 'succeeded', ...epochs, afterReset: true });
    const steps = {
      attempt: { buildId: first.id },
      internal: false,
      cached: true,
      NOT: { name: { contains: 'FROM ' } },
    };
    // The builder looks for this one even where it is to look for none.
    expect(await system.db.prisma.step.findMany({ where: steps, select: { name: true } })).toEqual([
      { name: '[words 2/4] WORKDIR /words' },
    ]);
    const second = await push('4');
    expect(second).toMatchObject({ cacheEpoch: 1, afterReset: false, stepsCached: second.stepsTotal });
    expect((await system.cacheLeft(first.id)).cacheExport).toBe('done');
    const now = cacheReference(project.id, { ...place, epoch: 1 });
    expect(await tagsIn(now.repository)).toEqual([now.tag]);
  });
});
