import type { AuditRepository } from '@cooperage/db';
import { expect, it, vi } from 'vitest';
import type { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import type { CursorCodec } from '../http/cursor.js';
import { AuditService } from './audit.service.js';

const principal = { userId: 'ada' } as Principal;

it('V-3 checks an audit for two at once, and lets none wait as long as the server of the pages waits', async () => {
  const under: (() => void)[] = [];
  const check = vi.fn(
    () => new Promise((resolve) => under.push(() => resolve({ ok: true, head: { number: 1, hash: 'x' } }))),
  );
  const service = new AuditService(
    { check } as unknown as AuditRepository,
    { organization: () => undefined } as unknown as AccessService,
    {} as CursorCodec,
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
