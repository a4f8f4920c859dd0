/** A half-typed sequence is forgotten after this long, in milliseconds. */
const sequenceMs = 1200;

/** Second keys of the pages in the rail. Written here too, because their names and addresses are in the rail already. */
const pageKeys = 'opbinwthas';

export type KeyEffect =
  /** To the page of the rail that carries these keys. */
  | { readonly kind: 'go'; readonly keys: string }
  | { readonly kind: 'row'; readonly step: 1 | -1 }
  | { readonly kind: 'help' }
  /** The row that has the focus is selected, or no longer. */
  | { readonly kind: 'select' }
  | { readonly kind: 'back' }
  /** A control of the page that carries this key presses itself. */
  | { readonly kind: 'press'; readonly key: string }
  | { readonly kind: 'none' };

export interface KeyState {
  readonly pending: string | null;
  readonly atMs: number;
}

export const noKeys: KeyState = { pending: null, atMs: 0 };

/** What one key press means. Pure: the page's controls are found by whoever carries the effect out. */
export function pressKey(state: KeyState, key: string, atMs: number): { state: KeyState; effect: KeyEffect } {
  const pending = state.pending !== null && atMs - state.atMs <= sequenceMs ? state.pending : null;
  if (pending !== null && key.length === 1 && pageKeys.includes(key))
    return { state: noKeys, effect: { kind: 'go', keys: `${pending} ${key}` } };
  if (key === 'g') return { state: { pending: 'g', atMs }, effect: { kind: 'none' } };
  return { state: noKeys, effect: singleKey(key) };
}

function singleKey(key: string): KeyEffect {
  if (key === 'j') return { kind: 'row', step: 1 };
  if (key === 'k') return { kind: 'row', step: -1 };
  if (key === 'x') return { kind: 'select' };
  if (key === '?') return { kind: 'help' };
  if (key === 'Escape') return { kind: 'back' };
  return key.length === 1 ? { kind: 'press', key } : { kind: 'none' };
}

/** Index of the row to go to; from nowhere `j` goes to the first and `k` to the last. */
export function nextRow(current: number, step: 1 | -1, count: number): number {
  if (count === 0) return -1;
  if (current === -1) return step === 1 ? 0 : count - 1;
  return Math.min(count - 1, Math.max(0, current + step));
}
