import { describe, expect, it } from 'vitest';
import { type SituatedBuild, situationsOf } from './situation';

const at = '2026-01-01T00:00:00.000Z';
const build = (changes: Partial<SituatedBuild>): SituatedBuild => ({
  ...{ status: 'queued', phase: null, waitReason: null, attempt: 0, queuedAt: at, digest: null, failure: null },
  ...{ cancelRequestedAt: null, cancelRequestedBy: null, stoppedAt: null, attempts: [] },
  ...changes,
});
const attempt = (
  number: number,
  state: SituatedBuild['attempts'][number]['state'],
  workerName: string | null = null,
) => ({
  ...{ number, state, workerName, claimedAt: null, failure: null },
});
const words = (changes: Partial<SituatedBuild>, queue: Parameters<typeof situationsOf>[1] = null) =>
  situationsOf(build(changes), queue).map(({ kind, words: text }) => [kind, text]);

describe('what is said of a build', () => {
  it.each([
    [
      { ahead: 0, running: 0, slots: 2, position: null, freeWithinMs: 1 },
      'Next among your organization’s builds. All 2 slots are taken by others; organizations take turns.',
    ],
    [
      { ahead: 1, running: 1, slots: 1, position: 1, freeWithinMs: 3_600_000 },
      'One build of your organization is ahead. All of the one slot is taken, 1 by your organization. A slot is free within 1 h 00 min at the latest.',
    ],
    [
      { ahead: 4, running: 3, slots: 3, position: 9, freeWithinMs: 1 },
      '4 builds of your organization are ahead. All 3 slots are taken, 3 by your organization. Position 9 in the queue.',
    ],
  ])('that waits: its place in its own share, and why %#', (queue, expected) => {
    expect(words({}, queue)).toEqual([['queued', expected]]);
  });

  it('that waits for another reason: which', () => {
    expect(words({ waitReason: 'no_worker' })[0]?.[0]).toBe('no_worker');
    expect(words({}, { ahead: 0, running: 0, slots: 0, position: 1, freeWithinMs: null })[0]?.[0]).toBe('no_worker');
    for (const waitReason of [
      'slot_kept_for_others',
      'quota_concurrent_builds',
      'quota_build_minutes',
      'quota_log_bytes',
      'organization_suspended',
    ])
      expect(words({ waitReason })[0]).toEqual(['limited', expect.stringContaining('organization')]);
    expect(words({ waitReason: 'retry_pause' })[0]?.[0]).toBe('pause');
    expect(words({ status: 'awaiting_approval' })[0]?.[0]).toBe('approval');
    expect(words({})).toEqual([['queued', 'Waits for a free slot.']]);
  });

  it('that begins: who has it', () => {
    expect(words({ attempt: 1, attempts: [attempt(1, 'dispatched')] })[0]?.[0]).toBe('starting');
    expect(words({ status: 'running', attempt: 1, attempts: [attempt(1, 'claimed', 'builder-1')] })).toEqual([
      ['starting', 'builder-1 has taken it and begins.'],
    ]);
  });

  it('that runs as it should: nothing', () => {
    expect(words({ status: 'running', phase: 'build', attempt: 1 })).toEqual([]);
    expect(words({ status: 'succeeded' })).toEqual([]);
  });

  it('that is stopped: who asked, and since when', () => {
    const [stopping] = situationsOf(
      build({ status: 'canceling', cancelRequestedAt: at, cancelRequestedBy: 'Ada' }),
      null,
    );
    expect(stopping).toMatchObject({ kind: 'stopping', since: at, words: expect.stringContaining('asked for by Ada') });
    expect(words({ status: 'canceled', stoppedAt: at, cancelRequestedBy: 'Ada' })).toEqual([
      ['stopped', 'The work ended, stopped by Ada.'],
    ]);
    expect(words({ status: 'canceled' })).toEqual([]);
  });

  it('whose worker was lost: which attempt is kept, and what came next', () => {
    const attempts = [attempt(1, 'lost', 'builder-1'), attempt(2, 'claimed')];
    const [gone] = situationsOf(build({ status: 'running', phase: 'build', attempt: 2, attempts }), null);
    expect(gone).toMatchObject({ kind: 'worker_lost', attempt: 1 });
    expect(gone?.words).toBe(
      'Attempt 1 was lost: builder-1 stopped responding. Its log is kept, and attempt 2 took its place.',
    );
    expect(words({ status: 'failed', attempt: 1, attempts: [attempt(1, 'lost')] })[0]?.[1]).toContain(
      'no further attempt',
    );
  });

  it('R-O3 whose attempt failed and was made again: why', () => {
    const failure = {
      code: 'RegistryUnavailable',
      blame: 'platform',
      message: 'The registry did not answer.',
    } as const;
    const failed = {
      ...attempt(1, 'failed'),
      failure: { ...failure, advice: '', place: null, logLine: null, evidence: null },
    };
    const attempts = [failed, attempt(2, 'claimed')];
    expect(words({ status: 'running', phase: 'build', attempt: 2, attempts })).toEqual([
      ['worker_lost', 'Attempt 1 failed: The registry did not answer. Its log is kept, and attempt 2 took its place.'],
    ]);
    expect(words({ status: 'failed', attempt: 1, attempts: [failed] })).toEqual([]);
  });

  it('whose signature is held or failed: that no tag has moved', () => {
    for (const [waitReason, kind] of [
      ['signing_held', 'signing_held'],
      ['registry_unavailable', 'registry_held'],
      ['internal_error', 'publish_held'],
    ])
      expect(words({ status: 'running', phase: 'sign', waitReason: waitReason! })[0]?.[0]).toBe(kind);
    const failure = (code: 'VerificationFailed' | 'StepFailed') => ({
      ...{ code, blame: 'platform' as const, message: '', advice: '', place: null, logLine: null, evidence: null },
    });
    expect(words({ status: 'failed', failure: failure('VerificationFailed') })[0]).toEqual([
      'signing_failed',
      expect.stringContaining('no tag has moved'),
    ]);
    expect(words({ status: 'failed', failure: failure('StepFailed') })).toEqual([]);
  });
});
