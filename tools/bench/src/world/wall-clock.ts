/**
 * What to add to `performance.now()` to get the wall clock, in milliseconds with their fractions: taken at the moment in
 * which `Date.now()` ticks, the best of a few, since a thread that is held up in between reads it too early.
 */
export function wallOffsetMs(tries = 9): number {
  return Math.max(...Array.from({ length: tries }, offsetAtTick));
}

function offsetAtTick(): number {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return now - performance.now();
}
