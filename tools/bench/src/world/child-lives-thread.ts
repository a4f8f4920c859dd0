import type { Interval } from '../measure/intervals.js';

/** On the clock of `monotonicMs`. */
export type ChildLife = Interval;

/** A clock that threads share; `performance.now()` begins anew in each. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What the thread that looks does, as the number in the memory that it shares with the one that asks. */
export const childLivesCommand = { rest: 0, look: 1, end: 2 } as const;

export interface ChildLivesThread {
  readonly pid: number;
  readonly command: SharedArrayBuffer;
}
