import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work that lets go at each `yield`, so that its caller decides whether others come in between. */
export type Sliced<T> = Generator<void, T>;

/** Bytes that are worked on without a pause. A body that is not longer is dealt with at once. */
export const sliceBytes = 256 * 1024;

/** Does the work and lets others in after each slice. @throws what the work throws */
export async function inSlices<T>(work: Sliced<T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await nextTurn();
  }
}

/** Does the work without a pause. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
