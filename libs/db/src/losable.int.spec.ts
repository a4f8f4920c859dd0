import { afterAll, beforeAll, expect, it } from 'vitest';
import { World } from '../spec/world.js';
import { losable } from './losable.js';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

it('lets one transaction not wait for the disk, and no other one', async () => {
  const show = async (db: Pick<typeof world.db.prisma, '$queryRaw'>) =>
    (await db.$queryRaw<{ setting: string }[]>`SELECT current_setting('synchronous_commit') AS setting`)[0]!.setting;
  await world.db.prisma.$transaction(async (tx) => {
    expect(await show(tx)).toBe('on');
    await tx.$executeRaw`SELECT 1 WHERE ${losable}`;
    expect(await show(tx)).toBe('off');
  });
  for (let connection = 0; connection < 10; connection++) expect(await show(world.db.prisma)).toBe('on');
});
