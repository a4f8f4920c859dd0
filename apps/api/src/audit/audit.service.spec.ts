import type { AuditRepository } from '@cooperage/db';
import { expect, it, vi } from 'vitest';
import type { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import type { CursorCodec } from '../http/cursor.js';
import { AuditService } from './audit.service.js';

const principal = { userId: 'ada', memberships: [{ organizationId: 'acme' }] } as unknown as Principal;
const access = { organization: () => undefined } as unknown as AccessService;

it('V-3 checks an audit for two at once, and lets none wait as long as the server of the pages waits', async () => {
  const under: (() => void)[] = [];
  const check = vi.fn(
    () => new Promise((resolve) => under.push(() => resolve({ ok: true, head: { number: 1, hash: 'x' } }))),
  );
  const service = new AuditService(
    { check } as unknown as AuditRepository,
    access,
    {} as CursorCodec,
    new StatisticsShare(),
  );
  const asked = Array.from({ length: 15 }, () => service.check(principal, 'acme'));
  const ends = Promise.allSettled(asked);
  await expect(asked[14]).rejects.toMatchObject({ code: 'rate_limited', options: { retryAfterSeconds: 5 } });
  expect(check).toHaveBeenCalledTimes(2);
  for (let at = 0; at < 14; at++) {
    await expect.poll(() => under.length).toBeGreaterThan(at);
    under[at]!();
  }
  expect((await ends).filter(({ status }) => status === 'fulfilled')).toHaveLength(14);
});

it('R16A-4 reads two filtered lists of a person at once, and lists without a filter beside them', async () => {
  const under: (() => void)[] = [];
  const list = vi.fn(() => new Promise((resolve) => under.push(() => resolve({ items: [], next: null }))));
  const service = new AuditService(
    { list, subjectNames: async () => new Map() } as unknown as AuditRepository,
    access,
    { query: () => ({}), page: () => ({}) } as unknown as CursorCodec,
    new StatisticsShare(),
  );
  const ask = (query: object) => service.list(principal, 'acme', { limit: 50, ...query } as never);
  const filters = [{ actor: 'a' }, { action: 'project.change' }, { subject: 's' }, { project: 'p' }];
  const asked = filters.map(ask);
  const whole = [{}, { since: '2026-12-01T00:00:00Z' }].map(ask);
  await expect.poll(() => list.mock.calls.length).toBe(4);
  expect(list.mock.calls.map((call: unknown[]) => call[1])).toEqual([
    ...[{}, { since: expect.any(Date) }, { actorId: 'a' }, { action: 'project.change' }],
  ]);
  for (let at = 0; at < 6; at++) {
    await expect.poll(() => under.length).toBeGreaterThan(at);
    under[at]!();
  }
  await Promise.all([...asked, ...whole]);
  expect(list).toHaveBeenCalledTimes(6);
});
