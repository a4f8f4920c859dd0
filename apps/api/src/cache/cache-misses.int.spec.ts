import type { CacheMisses, ProjectCache } from '@cooperage/contracts';
import { StepVerdictRepository } from '@cooperage/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { toldBuild } from '../../spec/told-build.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { TestWorker } from '../../spec/worker.js';

let world: ApiWorld;
let owner: Visitor;
let target: TestProject;
let worker: TestWorker;

beforeAll(async () => {
  world = await ApiWorld.open();
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner), { slug: 'cask' });
  worker = await TestWorker.start(world);
});
afterAll(() => world.close());

/** A build of which all steps ran, as it is when the file that it copies is another each time. */
async function built(blobId: string): Promise<string> {
  const { id } = await toldBuild(world, worker, target, [{ path: 'main.c', kind: 'file', mode: 0o644, blobId }]);
  await new StepVerdictRepository(world.database).note(id);
  return id;
}

const address = () => `/api/v1/projects/${target.project.id}/cache/misses`;

describe('steps that always miss', () => {
  it('come with what they cost, why they ran, and what to do about it', async () => {
    expect(expectOk(await owner.get<CacheMisses>(address()))).toEqual({ builds: 0, steps: [] });
    for (const blobId of ['1', '2', '3', '4']) await built(blobId);
    const { builds, steps } = expectOk(await owner.get<CacheMisses>(`${address()}?days=7`));
    expect(builds).toBe(4);
    expect(steps.map(({ definition, ran, ms, alongMs }) => [definition, ran, ms, alongMs])).toEqual([
      ['COPY . .', 4, 4_000, 6_000],
      ['RUN make', 4, 8_000, 0],
    ]);
    expect(steps[0]).toMatchObject({
      along: [{ definition: 'RUN make', builds: 3, ms: 6_000 }],
      advice: { kind: 'copy_later', path: 'main.c', before: 'RUN make' },
    });
    expect(steps[1]).toMatchObject({ advice: { kind: 'earlier_step', definition: 'COPY . .' } });
  });

  it('are named where less is saved since some day', async () => {
    const now = Date.now();
    const ledger = (id: string, savedMs: number, daysAgo: number) =>
      world.database.prisma.build.update({
        where: { id },
        data: {
          ...{ cacheSavedMs: savedMs, cacheRanMs: 1_000 - savedMs },
          queuedAt: new Date(now - daysAgo * 86_400_000),
        },
      });
    for (let old = 0; old < 6; old++) await ledger((await world.build(target)).id, 900, 10);
    for (const blobId of ['5', '6', '7', '8', '9', '10']) await ledger(await built(blobId), 100, 0);
    const { trend } = expectOk(await owner.get<ProjectCache>(`/api/v1/projects/${target.project.id}/cache?days=7`));
    expect(trend).toMatchObject({ before: 0.9, now: 0.1, direction: 'worse' });
    const step = { definition: 'COPY . .', ran: 10, builds: 10 };
    expect(trend.shift).toEqual({ day: new Date(now).toISOString().slice(0, 10), before: 0.9, now: 0.1, step });
  });

  it('are told to nobody else', async () => {
    const { visitor: stranger } = await world.stranger(owner);
    expect((await stranger.get(address())).status).toBe(404);
  });
});
