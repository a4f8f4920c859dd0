import { type BuildState, buildStages, buildStatuses, initialBuildState, transition } from '@cooperage/domain';
import { expect, it } from 'vitest';
import { movesOf } from './build-moves.js';

const events = [
  { type: 'approve' },
  { type: 'claimed' },
  { type: 'cancel' },
  { type: 'built' },
  { type: 'gate' },
  { type: 'published' },
  { type: 'failed', retryable: true, attemptsLeft: true },
  { type: 'failed', retryable: false, attemptsLeft: true },
  { type: 'timeout' },
  { type: 'leaseLost', attemptsLeft: true },
  { type: 'leaseLost', attemptsLeft: false },
  { type: 'stopped' },
] as const;

it('knows every state that events can make', () => {
  const seen = new Map<string, BuildState>();
  const visit = (state: BuildState): void => {
    const key = JSON.stringify(state);
    if (seen.has(key)) return;
    seen.set(key, state);
    for (const event of events) {
      const result = transition(state, event);
      expect(movesOf(event).find(({ from }) => JSON.stringify(from) === key)?.to).toEqual(
        result.ok ? result.next : undefined,
      );
      if (result.ok) visit(result.next);
    }
  };
  visit(initialBuildState);
  visit({ status: 'awaiting_approval', stage: null });
  expect(seen.size).toBe(buildStatuses.length - 1 + buildStages.length);
});

it('has no way out of an end', () => {
  const ends = events.flatMap(movesOf).map(({ from }) => from.status);
  for (const status of ['succeeded', 'failed', 'canceled', 'timed_out']) expect(ends).not.toContain(status);
});
