import type { Attempt, Step } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { stepKey } from '../../log/model/step-key';
import { earlierAttempts, logAttempt, logSteps } from './log-attempts';

const at = '2026-01-01T00:00:00.000Z';
const attempt = (number: number, changes: Partial<Attempt> = {}): Attempt => ({
  ...{ id: String(number), number, state: 'built', workerName: 'builder-1', placement: null },
  ...{
    dispatchedAt: at,
    claimedAt: at,
    endedAt: at,
    failure: null,
    logBytes: 1,
    logComplete: true,
    logDeletedAt: null,
  },
  ...changes,
});
const step = (ordinal: number, name: string, changes: Partial<Step> = {}): Step => ({
  ...{ ordinal, name, stage: null, target: null, platform: null, internal: false, cached: false, error: null },
  ...{ startedAt: at, completedAt: at, startLine: null, endLine: null, usualMs: null },
  ...changes,
});

describe('R-O3 the attempts that a log shows', () => {
  const attempts = [
    attempt(1, { logDeletedAt: at }),
    attempt(2, { claimedAt: null }),
    attempt(3, { state: 'lost' }),
    attempt(4),
  ];

  it('are all before the current one that a worker took and whose logs are stored', () => {
    expect(earlierAttempts({ attempt: 4, attempts }, null).map(({ number }) => number)).toEqual([3]);
  });

  it('are one where somebody chose one', () => {
    expect(earlierAttempts({ attempt: 4, attempts }, 4)).toEqual([]);
  });

  it('say in their headings where they ran and why they ended', () => {
    const failure = { code: 'WorkerLost', blame: 'platform', message: 'It died.', advice: '' } as const;
    const lost = attempt(1, { state: 'lost', failure: { ...failure, place: null, logLine: null, evidence: null } });
    expect(logAttempt(lost).heading).toBe('Attempt 1 on builder-1, lost: It died.');
    expect(logAttempt(attempt(2)).heading).toBe('Attempt 2 on builder-1, built');
  });
});

describe('R-O3 the steps of several attempts', () => {
  const first = { attempt: attempt(1, { state: 'lost' }), steps: [step(1, 'RUN a'), step(2, 'RUN b')] };
  const second = { attempt: attempt(2), steps: [step(4, 'RUN a', { cached: true }), step(5, 'RUN b')] };
  const steps = new Map(logSteps([first, second], true).map((each) => [each.ordinal, each]));

  it('lead from a reused step to the one that printed', () => {
    expect(steps.get(4)).toMatchObject({ reused: true, outputAt: stepKey(1, 1) });
    expect(steps.get(5)).toMatchObject({ outputAt: null, ranAgainIn: null });
  });

  it('say which of them ran again later', () => {
    expect(steps.get(stepKey(1, 1))).toMatchObject({ ranAgainIn: null });
    expect(steps.get(stepKey(1, 2))).toMatchObject({ ranAgainIn: 2 });
  });

  it('fail only in the attempt that is shown', () => {
    const failing = step(2, 'RUN b', { error: 'exit code: 1' });
    const found = logSteps(
      [
        { ...first, steps: [failing] },
        { ...second, steps: [failing] },
      ],
      true,
    );
    expect(found.map(({ failed, marked }) => [failed, marked])).toEqual([
      [false, true],
      [true, true],
    ]);
  });
});
