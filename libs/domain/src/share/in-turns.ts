/** Work that lets go at each `yield`, so that its caller decides whether others come in between. */
export type Sliced<T> = Generator<void, T>;

/** Milliseconds of work after which others of this process have their turn: about what it takes to parse 1 MiB of JSON. */
const longestTurnMs = 2;

/**
 * Does the work, and lets others in after each two milliseconds of it.
 * @param work lets go much more often than that
 * @throws what the work throws, and the reason of a signal that is aborted meanwhile
 */
export async function inTurns<T>(work: Sliced<T>, signal?: AbortSignal): Promise<T> {
  let sinceMs = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - sinceMs < longestTurnMs) continue;
    await nextTurn();
    signal?.throwIfAborted();
    sinceMs = performance.now();
  }
}

/** Does the work without a pause. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Without sleeping where there is `setImmediate`: on a busy machine, who sleeps waits for the processor again. Pages have none. */
function nextTurn(): Promise<void> {
  const begin = typeof setImmediate === 'function' ? setImmediate : setTimeout;
  return new Promise((resolve) => begin(resolve));
}
