import type { Digest } from '@cooperage/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { type Database, newId, SigningRepository } from '../index.js';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const digestOf = (number: number): Digest => `sha256:${String(number).padStart(64, '0')}`;

/** An image with so many provenances of builds that are gone, one of each; how many statements a look at them needs. */
async function provenances(count: number) {
  const projectId = await world.project();
  const keyId = newId();
  const key = { id: keyId, projectId, state: 'signing' };
  await world.db.prisma.signingKey.create({ data: key });
  const image = { projectId, digest: digestOf(0) };
  const rows = Array.from({ length: count }, (_, number) => {
    const artifact = { place: { as: 'referrer', descriptor: { digest: digestOf(number + 1) } } };
    return { ...image, id: newId(), buildId: newId(), keyId, kind: 'provenance', artifact };
  });
  await world.db.prisma.signatureArtifact.createMany({ data: rows });
  let statements = 0;
  const { prisma } = world.db;
  const $queryRaw: typeof prisma.$queryRaw = (...asked) => {
    statements++;
    return prisma.$queryRaw(...asked);
  };
  const repository = new SigningRepository({ prisma: { $queryRaw } } as unknown as Database, 12);
  const retired = async (standing: readonly Digest[]) => {
    statements = 0;
    return { retired: [...(await repository.retiredOf(image, new Set(standing)))], statements };
  };
  return { retired };
}
/** Digests that no row has: what others put there, or signatures. */
const others = Array.from({ length: 20 }, (_, at) => digestOf(1_000_000 + at));

it('V12B-4 looks at few pages of provenances where none stands, however many others do', async () => {
  const { retired } = await provenances(400);
  const seen = await retired(others);
  expect(seen.retired).toEqual([]);
  expect(seen.statements).toBeLessThan(6);
});

it('V12B-4 goes on as long as one of three pages has a provenance that stands, and ranks them once', async () => {
  const { retired } = await provenances(400);
  // The newest twelve stay. Of the others one page in three has one.
  const old = [388 - 120, 388 - 270].map(digestOf);
  const seen = await retired([...others, ...old, digestOf(400)]);
  expect(seen.retired).toEqual(old);
  expect(seen.statements).toBeLessThan(10);
  expect((await retired([...others, digestOf(388 - 160)])).retired).toEqual([]);
});
