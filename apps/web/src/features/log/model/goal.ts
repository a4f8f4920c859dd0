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

/** The place that somebody asked for, else the end of the failing step. */
export function goalOf(
  target: { readonly address: LineAddress; readonly count: number } | null,
  failing: number | null,
): Goal | null {
  if (target) {
    const { step, from } = target.address;
    const key = `target ${target.count}`;
    if (from === null) return { key, ordinal: step, line: -1, tail: 0, fromTop: 0 };
    return { key, ordinal: step, line: from - 1, tail: 0, fromTop: 1 / 3 };
  }
  if (failing === null) return null;
  return { key: `failing ${failing}`, ordinal: failing, line: null, tail: failingTail, fromTop: 1 / 3 };
}
