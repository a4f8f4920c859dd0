import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { Listener, newId, type OutboxItem, OutboxRepository, promise } from '../index.js';

describe('the outbox', () => {
  let world: World;
  let outbox: OutboxRepository;
  beforeAll(async () => {
    world = await World.open();
    outbox = new OutboxRepository(world.db);
  });
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const add = (group: string, topic: 'evaluate' | 'publish' = 'evaluate') =>
    world.db.transaction((tx) => promise(tx, topic, newId(), group));
  const control = () => world.processes.start('control', 'c', {});
  const aMinuteLater = () =>
    world.db.prisma.$executeRaw`UPDATE outbox
      SET available_at = available_at - interval '1 minute', locked_until = locked_until - interval '1 minute'`;

  it('promises nothing when the transaction is rolled back', async () => {
    const failed = world.db.transaction(async (tx) => {
      await promise(tx, 'evaluate', newId(), newId());
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect(await world.db.prisma.outbox.count()).toBe(0);
  });

  it('gives each row to one taker, and of a group one row at a time in order', async () => {
    const [g1, g2] = [newId(), newId()];
    for (let i = 0; i < 5; i++) await add(g1);
    await add(g2);
    const takers = await Promise.all(Array.from({ length: 4 }, control));
    const taken = (await Promise.all(takers.map((id) => outbox.take(['evaluate'], 10, id, 60_000)))).flat();
    expect(taken.map((item) => item.groupId).sort()).toEqual([g1, g2].sort());
    const first = await world.db.prisma.outbox.findFirst({ where: { groupId: g1 }, orderBy: { id: 'asc' } });
    expect(taken.find((item) => item.groupId === g1)?.id).toBe(first?.id);
  });

  it('R-M9 gives work whoever holds an advisory lock, which any role can', async () => {
    await add(newId());
    const taker = await control();
    const taken = await world.whileHeld('SELECT pg_advisory_lock(731002)', () =>
      outbox.take(['evaluate'], 1, taker, 60_000),
    );
    expect(taken).toHaveLength(1);
  });

  it('gives work of a process that has exited to the next at once, and refuses the dead one’s word', async () => {
    await add(newId());
    const [a, b] = [await control(), await control()];
    const [item] = await outbox.take(['evaluate'], 1, a, 600_000);
    expect(await outbox.take(['evaluate'], 1, b, 60_000)).toEqual([]);
    await world.processes.end(a, 'exited');
    const [again] = await outbox.take(['evaluate'], 1, b, 60_000);
    expect(again).toMatchObject({ id: item!.id, attempts: 2 });
    await outbox.done(item!, a);
    expect(await world.db.prisma.outbox.count()).toBe(1);
    await outbox.done(again!, b);
    expect(await world.db.prisma.outbox.count()).toBe(0);
  });

  it('gives work back after its lock has run out, and after a pause when it was put back', async () => {
    await add(newId());
    const [a, b] = [await control(), await control()];
    await outbox.take(['evaluate'], 1, a, 60_000);
    await aMinuteLater();
    const [item] = await outbox.take(['evaluate'], 1, b, 60_000);
    await outbox.retry(item!, b, 60_000, 'not now');
    expect(await outbox.take(['evaluate'], 1, a, 60_000)).toEqual([]);
    await aMinuteLater();
    expect(await outbox.take(['evaluate'], 1, a, 60_000)).toHaveLength(1);
  });

  it('R2-H1 counts the takings in a row whose process ended, until one of them is put back', async () => {
    await add(newId());
    const counts: number[] = [];
    for (const end of [true, true, false, true]) {
      const taker = await control();
      const [item] = await outbox.take(['evaluate'], 1, taker, 600_000);
      counts.push(item!.unfinished);
      if (end) await world.processes.end(taker, 'exited');
      else await outbox.retry(item!, taker, 0, 'not now');
    }
    const [last] = await outbox.take(['evaluate'], 1, await control(), 600_000);
    expect([...counts, last!.unfinished]).toEqual([0, 1, 2, 0, 1]);
    expect(last!.attempts).toBe(5);
  });

  it('V13B-3 counts no taking that ended, of which it is told, and counts those whose process ended as before', async () => {
    for (let rows = 0; rows < 3; rows++) await add(newId());
    const counts: number[] = [];
    const ended = new Map<bigint, number>();
    const [me, other] = [await control(), await control()];
    for (const taker of [me, me, other, me, other, me]) {
      const items = await outbox.take(['evaluate'], 3, taker, 0, undefined, taker === me ? ended : undefined);
      counts.push(items[1]!.unfinished);
      // Nothing of these takings can be written.
      if (taker === me) for (const { id } of items) ended.set(id, 1);
    }
    expect(counts).toEqual([0, 0, 1, 1, 2, 2]);
    await world.processes.end(me, 'exited');
    const items = await outbox.take(['evaluate'], 3, other, 600_000);
    expect(items.map(({ unfinished }) => unfinished)).toEqual([3, 3, 3]);
  });

  it('A3 gives work again that did not end in its time, and counts it as unfinished', async () => {
    await add(newId());
    const me = await control();
    const [first] = await outbox.take(['evaluate'], 1, me, 600_000);
    await outbox.retryUnfinished(first!, me, 0, 'it took too long');
    const [second] = await outbox.take(['evaluate'], 1, me, 600_000);
    expect(second).toMatchObject({ id: first!.id, attempts: 2, unfinished: 1 });
    // What still runs of the first taking has no say.
    await outbox.done(first!, me);
    await outbox.retryUnfinished(second!, me, 600_000, 'it took too long');
    expect(await outbox.take(['evaluate'], 1, me, 600_000)).toEqual([]);
    expect(await world.db.prisma.outbox.count()).toBe(1);
  });

  it('R3-A3 counts no taking that was not begun, and forgets nothing that was counted before', async () => {
    await add(newId());
    const counts: number[] = [];
    for (const end of ['died', 'postponed', 'postponed', 'died', 'put back', 'postponed']) {
      const taker = await control();
      const [item] = await outbox.take(['evaluate'], 1, taker, 600_000);
      counts.push(item!.unfinished);
      if (end === 'postponed') await outbox.postpone(item!, taker, 0);
      if (end === 'put back') await outbox.retry(item!, taker, 0, 'not now');
      await world.processes.end(taker, 'exited');
    }
    expect(counts).toEqual([0, 1, 1, 1, 2, 0]);
  });

  it('R9-B4 counts the takings that ended by an error, and no other', async () => {
    await add(newId());
    const counts: number[] = [];
    for (const end of ['postponed', 'failed', 'put back', 'died', 'failed', 'postponed']) {
      const taker = await control();
      const [item] = await outbox.take(['evaluate'], 1, taker, 600_000);
      counts.push(item!.failures);
      if (end === 'postponed') await outbox.postpone(item!, taker, 0);
      if (end === 'put back') await outbox.retry(item!, taker, 0, 'not now');
      if (end === 'failed') await outbox.retryFailed(item!, taker, 0, 'broken');
      await world.processes.end(taker, 'exited');
    }
    expect(counts).toEqual([0, 0, 1, 1, 1, 2]);
  });

  it('refuses the word of a taking that was given on, also within one process', async () => {
    await add(newId());
    const me = await control();
    const [first] = await outbox.take(['evaluate'], 1, me, 60_000);
    await aMinuteLater();
    const [second] = await outbox.take(['evaluate'], 1, me, 60_000);
    expect(second).toMatchObject({ id: first!.id, attempts: 2 });
    expect(await outbox.extend(first!, me, 60_000)).toBe(false);
    await outbox.retry(first!, me, 0, 'late');
    await outbox.done(first!, me);
    expect(await outbox.take(['evaluate'], 1, await control(), 60_000)).toEqual([]);
    await outbox.done(second!, me);
    expect(await world.db.prisma.outbox.count()).toBe(0);
  });

  it('tells how old a promise is by the database’s clock', async () => {
    await add(newId());
    await world.db.prisma.$executeRaw`UPDATE outbox SET created_at = now() - interval '1 hour'`;
    const [item] = await outbox.take(['evaluate'], 1, await control(), 60_000);
    expect(item!.ageMs).toBeGreaterThan(3_599_000);
    expect(item!.ageMs).toBeLessThan(3_660_000);
  });

  it('R-W1 tells what could be taken now and for how long, and leaves out what its own group holds back', async () => {
    const [busy, free, paused] = [newId(), newId(), newId()];
    for (const group of [busy, busy, free, free, paused]) await add(group);
    await world.db.prisma.$executeRaw`UPDATE outbox SET available_at = now() - interval '1 minute'`;
    await world.db.prisma.$executeRaw`
      UPDATE outbox SET available_at = now() + interval '1 minute' WHERE group_id = ${paused}::uuid`;
    expect(await outbox.due(['publish'], 8)).toEqual({ due: 0, oldestDueMs: 0 });
    expect(await outbox.due(['evaluate', 'publish'], 8)).toMatchObject({ due: 2 });
    const me = await control();
    await outbox.take(['evaluate'], 1, me, 60_000);
    const left = await outbox.due(['evaluate'], 8);
    expect(left).toMatchObject({ due: 1 });
    expect(left!.oldestDueMs).toBeGreaterThan(59_000);
    await outbox.take(['evaluate'], 1, me, 60_000);
    expect(await outbox.due(['evaluate'], 8)).toEqual({ due: 0, oldestDueMs: 0 });
    await world.processes.end(me, 'exited');
    expect(await outbox.due(['evaluate'], 8)).toMatchObject({ due: 2 });
  });

  describe('R-H11 shares of organizations', () => {
    const share = { each: 2, alone: 6, keepsLast: true };
    const take = (me: string, limit: number) => outbox.take(['evaluate'], limit, me, 60_000, share);
    /** Promises one piece of work for each of so many projects of one organization. */
    async function crowd(projects: number): Promise<Set<string>> {
      const organization = await world.organization();
      const ids: string[] = [];
      for (let i = 0; i < projects; i++) ids.push(await world.project(organization));
      for (const id of ids) await add(id);
      return new Set(ids);
    }
    const countOf = (items: readonly OutboxItem[], groups: Set<string>) =>
      items.filter(({ groupId }) => groups.has(groupId)).length;

    it('leaves room for others, however much one organization has waiting', async () => {
      const [busy, me] = [await crowd(10), await control()];
      const first = await take(me, 8);
      expect(first).toHaveLength(6);
      expect(await outbox.due(['evaluate'], 2, share)).toEqual({ due: 0, oldestDueMs: 0 });
      const quiet = await crowd(1);
      const second = await take(me, 2);
      expect([countOf(second, quiet), countOf(second, busy)]).toEqual([1, 0]);
    });

    it('gives each organization its share where several have work, and the last slot to one that has none', async () => {
      const [a, b, c] = [await crowd(9), await crowd(9), await crowd(9)];
      const me = await control();
      const items = await take(me, 8);
      expect([a, b, c].map((groups) => countOf(items, groups))).toEqual([2, 2, 2]);
      expect(await outbox.due(['evaluate'], 2, share)).toEqual({ due: 0, oldestDueMs: 0 });
      const d = await crowd(9);
      expect(countOf(await take(me, 1), d)).toBe(1);
      // One slot is free now, and who has one slot already does not get it.
      expect(await take(me, 1)).toEqual([]);
      await outbox.done(items.find(({ groupId }) => a.has(groupId))!, me);
      expect(await take(me, 2)).toHaveLength(1);
    });

    it('counts what other processes have under way', async () => {
      const busy = await crowd(9);
      await crowd(1);
      expect(countOf(await take(await control(), 4), busy)).toBe(2);
      expect(countOf(await take(await control(), 8), busy)).toBe(0);
    });
  });

  it('wakes a listener when the promise commits', async () => {
    const heard: string[] = [];
    const listener = new Listener(world.url, { outbox: (topic) => heard.push(topic) }, () => undefined);
    await listener.start();
    await add(newId(), 'publish');
    await expect.poll(() => heard).toEqual(['', 'publish']);
    await listener.close();
  });

  it('wakes a listener again after its connection was cut', async () => {
    const heard: string[] = [];
    const listener = new Listener(world.url, { dispatch: (payload) => heard.push(payload) }, () => undefined);
    await listener.start();
    await world.db.prisma.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cooperage-listen' AND datname = current_database()`;
    // The empty payload of the second connection says: look at the tables, you may have missed something.
    await expect.poll(() => heard).toEqual(['', '']);
    await listener.close();
  });
});
