import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { Prisma } from '../generated/client.js';
import { CacheStepRepository, newId } from '../index.js';

let world: World;
let projectId: string;
beforeAll(async () => {
  world = await World.open();
});
beforeEach(async () => {
  await world.reset();
  projectId = await world.project();
});
afterAll(() => world.close());

const platform = 'linux/amd64';
const minute = Date.UTC(2026, 10, 29, 0, 20);
const at = (second: number) => new Date(minute + second * 1_000);

/** A build whose steps ended at these seconds of a minute. */
async function build(steps: readonly (readonly [name: string, second: number])[], cached = false): Promise<number> {
  const { id, number } = await world.build(projectId);
  const { prisma } = world.db;
  await prisma.build.update({ where: { id }, data: { startedAt: at(0), builtAt: at(120_000), platform } });
  const attemptId = newId();
  await prisma.attempt.create({
    data: { id: attemptId, buildId: id, number: 1, state: 'built', dispatchedAt: at(0) },
  });
  await prisma.step.createMany({
    data: steps.map(([name, second], ordinal) => ({
      ...{ attemptId, ordinal, vertexId: `v${ordinal}`, name, internal: false, cached, completedAt: at(second) },
    })),
  });
  return number;
}
const asked = async (seconds: readonly number[]) => {
  const steps = await new CacheStepRepository(world.db).endedAt(projectId, platform, seconds.map(at), 50);
  return seconds.map((second) => steps.get(at(second).getTime()) ?? null);
};
const names = async (...seconds: readonly number[]) => (await asked(seconds)).map((step) => step?.name ?? null);

// As a builder told of a real build.
const real = [
  ['COPY word.txt', 51.64],
  ['RUN mark', 52.759],
  ['RUN heavy', 53.852],
  ['COPY --from', 53.87],
  ['RUN last', 55.046],
] as const;

it('finds the step of each record of a real cache by the moment of its end', async () => {
  const number = await build(real);
  expect(await names(51.640_8, 52.759_9, 53.852_7, 53.870_6, 55.046_8)).toEqual(real.map(([name]) => name));
  expect(await asked([51.64])).toMatchObject([{ buildNumber: number, foundBy: null }]);
});

it('knows no step for a record that none of them ended with', async () => {
  await build(real);
  expect(await names(54.4, 51.5, 30, 90)).toEqual([null, null, null, null]);
  expect(await names()).toEqual([]);
});

it('takes the nearest step, and of those at the same moment that of the newest build', async () => {
  await build([
    ['before', 10],
    ['after', 10.05],
    ['same', 20],
  ]);
  await build([['newer', 20]]);
  expect(await names(10.02, 10.03, 10.025, 20.01)).toEqual(['before', 'after', 'before', 'newer']);
});

it('says which newer build found a step of the same words last', async () => {
  await build([['RUN a', 1]], true);
  await build([
    ['RUN a', 1],
    ['RUN b', 2],
  ]);
  await build([['RUN a', 3]], true);
  const last = await build([['RUN a', 4]], true);
  expect(await asked([1, 2])).toMatchObject([
    { foundBy: last, foundAt: at(0) },
    { foundBy: null, foundAt: null },
  ]);
});

it('R4-P9 shows the beginning of words without end', async () => {
  await build([[`RUN ${'x'.repeat(100_000)}`, 1]]);
  const [name] = await names(1);
  expect(name).toMatch(/^RUN x{1996}…$/);
});

interface Plan {
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Plan[];
}

/** Rows that the server has in hand, in all parts of a plan: also those that it compares and leaves out. */
function handled(plan: Plan): number {
  const each =
    plan['Actual Rows'] +
    (plan['Rows Removed by Filter'] ?? 0) +
    (plan['Rows Removed by Join Filter'] ?? 0) +
    (plan['Rows Removed by Index Recheck'] ?? 0);
  return (plan.Plans ?? []).reduce((sum, part) => sum + handled(part), each * plan['Actual Loops']);
}

it('R4-P9 handles for four times as many records and steps at most five times as many rows', async () => {
  let rows = 0;
  const prisma = world.db.prisma.$extends({
    query: {
      $queryRaw: async ({ args, query }) => {
        const explained = Prisma.sql`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${args}`;
        const [row] = await world.db.prisma.$queryRaw<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(explained);
        rows += handled(row!['QUERY PLAN'][0].Plan);
        return query(args);
      },
    },
  });
  const repository = new CacheStepRepository(Object.assign(Object.create(world.db), { prisma }));
  const counts: number[] = [];
  for (const size of [1_000, 4_000]) {
    projectId = await world.project();
    for (const cached of [false, true]) {
      await build([], cached);
      await world.db.prisma.$executeRaw`
        INSERT INTO step (attempt_id, ordinal, vertex_id, name, internal, cached, completed_at)
        SELECT a.id, n, 'v', 'RUN ' || n, false, ${cached}, ${at(0.5)}::timestamptz + n::int * interval '1 second'
        FROM generate_series(0, ${size - 1}::int) n, (SELECT id FROM attempt ORDER BY id DESC LIMIT 1) a`;
    }
    await world.db.prisma.$executeRawUnsafe('ANALYZE step');
    // Every other record has its step, and found ones are looked for by their words.
    const moments = Array.from({ length: size }, (_, each) => at(each + (each % 2) / 2));
    rows = 0;
    expect((await repository.endedAt(projectId, platform, moments, 50)).size).toBe(size / 2);
    counts.push(rows);
  }
  const [less, more] = counts as [number, number];
  expect(less).toBeGreaterThan(1_000);
  // To compare each with each would take sixteen times as many.
  expect(more).toBeLessThanOrEqual(5 * less);
});
