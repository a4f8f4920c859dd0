/** What a body brings that is not whole. */
export interface BodyPace {
  readonly windowMs: number;
  /** At least so many bytes in each window. */
  readonly minBytes: number;
}

/** 1 KiB/s. The server's own bound of ten seconds for all of a request holds as well. */
export const usualPace: BodyPace = { windowMs: 4_000, minBytes: 4_096 };

/**
 * Watches a body that nobody was admitted for.
 * @param arrivedBytes how much of it is here
 * @returns ends the watch
 */
export function watchPace(
  { windowMs, minBytes }: BodyPace,
  arrivedBytes: () => number,
  onSlow: () => void,
): () => void {
  let before = arrivedBytes();
  const watch = setInterval(() => {
    const arrived = arrivedBytes();
    if (arrived - before < minBytes) onSlow();
    before = arrived;
  }, windowMs);
  return () => clearInterval(watch);
}
