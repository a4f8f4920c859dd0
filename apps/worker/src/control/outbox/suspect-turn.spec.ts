import { expect, it } from 'vitest';
import { SuspectTurn } from './suspect-turn.js';

it('R3-A3 lets suspect work in one at a time, and the next where one goes on for long', () => {
  let nowMs = 0;
  const turn = new SuspectTurn(100, () => nowMs);
  const leave = turn.enter();
  expect([leave !== null, turn.enter()]).toEqual([true, null]);
  leave!();
  const slow = turn.enter();
  nowMs = 100;
  const next = turn.enter();
  expect([slow !== null, next !== null, turn.enter()]).toEqual([true, true, null]);
  slow!();
  // It was not its turn any more that ended.
  expect(turn.enter()).toBeNull();
  next!();
  expect(turn.enter()).not.toBeNull();
});
