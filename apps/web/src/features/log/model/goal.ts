import type { LineAddress } from './line-address';

/** Lines of the failing step that are shown before its end. */
const failingTail = 12;

/** A place to go to once. */
export interface Goal {
  /** Tells one wish from the next. */
  readonly key: string;
  readonly ordinal: number;
  /** Line from 0; -1 for the step's header; null for the end of the step. */
  readonly line: number | null;
  /** Lines before the end that are shown, for a goal that is the end. */
  readonly tail: number;
  /** How far below the top it is placed, as a share of the window. */
  readonly fromTop: number;
}

/** A step that failed, with the line that says why, from 1; null where nobody can say. */
export interface FailingPlace {
  readonly ordinal: number;
  readonly line: number | null;
}

/** The place that somebody asked for, else the line of the failing step that says why, else that step's end. */
export function goalOf(
  target: { readonly address: LineAddress; readonly count: number } | null,
  failing: FailingPlace | null,
): Goal | null {
  if (target) {
    const { step, from } = target.address;
    const key = `target ${target.count}`;
    if (from === null) return { key, ordinal: step, line: -1, tail: 0, fromTop: 0 };
    return { key, ordinal: step, line: from - 1, tail: 0, fromTop: 1 / 3 };
  }
  if (failing === null) return null;
  const { ordinal, line } = failing;
  const key = `failing ${ordinal}`;
  return { key, ordinal, line: line === null ? null : line - 1, tail: failingTail, fromTop: 1 / 3 };
}
