import type { Me } from '@cooperage/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LiveWorld } from '../../spec/live-world.js';
import { expectOk, type Visitor } from '../../spec/visitor.js';
import { waitFor } from '../../spec/wait-for.js';
import { waitingForLocks, whileLocked } from '../../spec/while-locked.js';

let live: LiveWorld;
let viewer: Visitor;
beforeAll(async () => {
  live = await LiveWorld.open();
  viewer = await live.world.member(live.owner, live.acme, 'viewer');
});
afterEach(() => live.closePages());
afterAll(() => live.close());

const waiting = () => waitingForLocks(live.world, 'cooperage-live');

describe('a person with hundreds of subscriptions under way', () => {
  it('R7-A4 keeps neither other people waiting, nor the end of what was revoked', async () => {
    const { world, target } = live;
    const pages = await Promise.all(Array.from({ length: 5 }, () => live.page(viewer)));
    const [own] = expectOk(await live.rival.get<Me>('/api/v1/me')).organizations;
    const revoked = await world.member(live.owner, live.acme, 'viewer');
    const lost = await live.page(revoked);
    expect(await lost.ask('builds:subscribe', { organizationId: live.acme })).toEqual({ ok: true });
    let asked: Promise<unknown> = Promise.resolve();
    await whileLocked(world, 'project', async () => {
      const projectId = target.project.id;
      asked = Promise.allSettled(
        pages.flatMap((page) => Array.from({ length: 30 }, () => page.ask('builds:subscribe', { projectId }))),
      );
      await expect.poll(waiting).toBeGreaterThanOrEqual(4);
      const page = await live.page(live.rival);
      expect(await page.ask('builds:subscribe', { organizationId: own!.organizationId })).toEqual({ ok: true });
      const { id } = expectOk(await revoked.get<Me>('/api/v1/me'));
      await world.database.prisma.$executeRaw`DELETE FROM session WHERE "userId" = ${id}`;
      await waitFor(() => expect(lost.disconnected).toBeDefined());
      expect(await waiting()).toBeLessThanOrEqual(4);
    });
    await asked;
  });

  it('R7-A4 does not ask for the same a hundred times at once', async () => {
    const page = await live.page(viewer);
    const payload = { projectId: live.target.project.id };
    expect(await page.ask('builds:subscribe', payload)).toEqual({ ok: true });
    const refused: number[] = [];
    let asked: Promise<unknown> = Promise.resolve();
    await whileLocked(live.world, 'project', async () => {
      asked = Promise.allSettled(
        Array.from({ length: 100 }, async (_, at) => {
          const answer = await page.ask('builds:subscribe', payload);
          if (!answer.ok && answer.code === 'too_many') refused.push(at);
        }),
      );
      // Those that wait for a slot are refused as well in the end, and they were asked for before.
      await waitFor(() => expect(refused.length).toBeGreaterThanOrEqual(68));
      expect(refused[0]).toBe(32);
    });
    await asked;
    expect(await page.ask('builds:subscribe', payload)).toEqual({ ok: true });
  });
});
