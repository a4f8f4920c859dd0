import { describe, expect, it } from 'vitest';
import { type WaitFacts, waitReasonOf } from './wait-reason.js';

const facts: WaitFacts = {
  ...{ lane: 'trusted', pool: { slots: 2, free: 0, tenants: 2 }, isFork: false },
  ...{ isSuspended: false, isOutOfMinutes: false, isOutOfLogBytes: false, mayBegin: 1, held: 0 },
};

describe('the reason for which a build waits', () => {
  it.each<[string, Partial<WaitFacts>]>([
    ['no_free_slot', {}],
    ['no_worker', { pool: { slots: 0, free: 0, tenants: 2 } }],
    ['no_worker_for_organization', { lane: 'strangers', pool: { slots: 0, free: 0, tenants: 2 } }],
    ['no_worker_for_strangers', { lane: 'strangers', isFork: true, pool: { slots: 0, free: 0, tenants: 2 } }],
    ['slot_kept_for_others', { held: 1, pool: { slots: 2, free: 1, tenants: 2 } }],
    ['no_free_slot', { held: 1, pool: { slots: 2, free: 0, tenants: 2 } }],
    ['quota_concurrent_builds', { mayBegin: 0 }],
    ['quota_build_minutes', { isOutOfMinutes: true, mayBegin: 0 }],
    ['quota_log_bytes', { isOutOfLogBytes: true, mayBegin: 0 }],
    ['organization_suspended', { isSuspended: true, isOutOfMinutes: true }],
  ])('is %s', (reason, change) => {
    expect(waitReasonOf({ ...facts, ...change })).toBe(reason);
  });
});
