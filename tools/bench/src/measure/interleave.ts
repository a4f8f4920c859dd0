import type { Pair } from './ratio.js';

export interface Sides {
  /** Both return milliseconds (or seconds of CPU) of one measurement. */
  readonly theirs: () => Promise<number>;
  readonly ours: () => Promise<number>;
  /** Runs outside of the clock after each side: whatever still works in the background has to end first. */
  readonly settle?: () => Promise<void>;
}

/** A, B, A, B …: theirs, then ours. @throws the signal's reason between two measurements */
export async function interleave(count: number, sides: Sides, signal: AbortSignal): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let at = 0; at < count; at++) {
    signal.throwIfAborted();
    const theirs = await sides.theirs();
    await sides.settle?.();
    const ours = await sides.ours();
    await sides.settle?.();
    pairs.push({ ours, theirs });
  }
  return pairs;
}
