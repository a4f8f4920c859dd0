import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { BuildDetails } from '../index.js';

const made = 300;
let world: World;
let buildId: string;
let details: BuildDetails;
let organizationId: string;
beforeAll(async () => {
  world = await World.open();
  organizationId = await world.organization();
  ({ id: buildId } = await world.build(await world.project(organizationId)));
  details = new BuildDetails(world.db);
  await world.db.prisma.$executeRaw`
    INSERT INTO attempt (id, build_id, number, lane, state, failure, cache_read)
    SELECT gen_random_uuid(), ${buildId}::uuid, n, 'trusted', 'failed',
      jsonb_build_object('code', 'StepFailed', 'message', 'attempt ' || n), '{}' FROM generate_series(1, ${made}::int) n`;
  await world.db.prisma.build.update({ where: { id: buildId }, data: { attemptNumber: made } });
});
afterAll(() => world.close());

const numbers = (attempts: readonly { number: number }[]) => attempts.map(({ number }) => number);
const upTo = (last: number, count: number) => Array.from({ length: count }, (_, at) => last - count + 1 + at);

it('R19C-2 shows the newest attempts of a build that had very many, and why the last of them failed', async () => {
  const { attempts } = (await details.find(buildId, [organizationId]))!;
  expect(numbers(attempts)).toEqual(upTo(made, 100));
  const told = attempts.filter(({ failure }) => failure !== null);
  expect(numbers(told)).toEqual(upTo(made, 20));
  expect(numbers(attempts.filter(({ cacheRead }) => cacheRead !== null))).toEqual(upTo(made, 20));
  expect(told.at(-1)!.failure).toEqual({ code: 'StepFailed', message: `attempt ${made}` });
});

it('R22D-10 finds steps by the ids that failures name, and takes what is no text for none', async () => {
  const { attempts } = (await details.find(buildId, [organizationId]))!;
  const attemptId = attempts.at(-1)!.id;
  const step = (ordinal: number, vertexId: string) => ({
    ...{ attemptId, ordinal, vertexId },
    name: 'n',
    internal: false,
    cached: false,
  });
  await world.db.prisma.step.createMany({ data: [step(1, 'a'), step(2, 'b')] });
  const found = async (stepId: unknown) => {
    const failure = { code: 'StepFailed', message: `attempt ${made}`, place: { stepId } };
    await world.db.prisma.attempt.update({ where: { id: attemptId }, data: { failure: failure as object } });
    return [...(await details.find(buildId, [organizationId]))!.failedSteps];
  };
  expect(await found('b')).toEqual([[`${attemptId} b`, 2]]);
  for (const odd of [{ not: 'x' }, { contains: '' }, { in: ['a', 'b'] }, 5, true, ['a'], null])
    expect(await found(odd), JSON.stringify(odd)).toEqual([]);
});

it('R19C-2 reads of all attempts what their logs need, and of a single one that one', async () => {
  const all = await details.attemptsBetween(buildId, 1, made);
  expect(numbers(all)).toEqual(upTo(made, made));
  for (const attempt of all) expect(Object.keys(attempt).sort()).toEqual(['id', 'logDeletedAt', 'number', 'state']);
  expect(await details.attemptsBetween(buildId, 7, 8)).toEqual([all[6], all[7]]);
  expect(await details.findAttempt(buildId, 7)).toEqual(all[6]);
  expect(await details.findAttempt(buildId, made + 1)).toBeNull();
});
