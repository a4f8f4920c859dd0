import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';

const token = () => ({ sealed: Buffer.from('t'), ttlMs: 60_000 });

describe('the builder that an attempt goes to', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const builders = (slots: number, ...names: readonly string[]) =>
    Promise.all(names.map((name) => world.processes.start('builder', name, { slots })));
  const handedOut = async () => (await world.dispatches.dispatchNext(token)).map(({ worker }) => worker);
  const placements = async () =>
    (await world.db.prisma.attempt.findMany({ orderBy: { id: 'asc' } })).map(({ placement }) => placement);
  const longAgo = () =>
    world.db.prisma
      .$executeRaw`UPDATE attempt SET dispatched_at = now() - interval '1 hour' WHERE state = 'dispatched'`;

  it('is the same for all builds of a project while it has a free slot, else another, which is noted', async () => {
    await builders(2, 'a', 'b', 'c');
    const project = await world.project();
    for (let count = 0; count < 3; count++) await world.build(project);
    const [first, second, third] = await handedOut();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(await placements()).toEqual(['usual', 'usual', 'other']);
  });

  it('is not all the same for all projects', async () => {
    await builders(20, 'a', 'b');
    for (let count = 0; count < 20; count++) await world.build(await world.project());
    expect(new Set(await handedOut())).toEqual(new Set(['a', 'b']));
  });

  it('gets never more than it has slots, over many rounds', async () => {
    await builders(2, 'a', 'b');
    const project = await world.project();
    for (let count = 0; count < 7; count++) await world.build(project);
    const all = [...(await handedOut()), ...(await handedOut())];
    expect(all.filter((name) => name === 'a')).toHaveLength(2);
    expect(all.filter((name) => name === 'b')).toHaveLength(2);
  });

  it('is another one when it did not take the attempt, although it has a free slot more', async () => {
    await builders(2, 'a', 'b');
    await world.build(await world.project());
    const [usual] = await handedOut();
    const other = usual === 'a' ? 'b' : 'a';
    await longAgo();
    expect(await world.dispatches.unclaimed(1_000)).toMatchObject([{ worker: other, handovers: 1 }]);
    expect(await placements()).toEqual(['other']);
    await longAgo();
    expect(await world.dispatches.unclaimed(1_000)).toMatchObject([{ worker: usual, handovers: 2 }]);
    expect(await placements()).toEqual(['usual']);
  });

  it('is the same once more when there is no other', async () => {
    await builders(1, 'a');
    await world.build(await world.project());
    expect(await handedOut()).toEqual(['a']);
    await longAgo();
    expect(await world.dispatches.unclaimed(1_000)).toMatchObject([{ worker: 'a', handovers: 1 }]);
  });

  it('is none that is gone, and what went with it keeps no slot of others', async () => {
    const [a] = await builders(1, 'a', 'b');
    const project = await world.project();
    await world.build(project);
    await world.build(project);
    expect((await handedOut()).sort()).toEqual(['a', 'b']);
    await world.processes.end(a!, 'exited');
    await builders(1, 'c');
    await world.build(project);
    expect(await handedOut()).toEqual(['c']);
  });
});
