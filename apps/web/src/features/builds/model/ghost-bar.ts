export interface GhostBar {
  /** Both from 0 to 1, of the longer of the two. */
  readonly took: number;
  readonly usual: number;
  /** A quarter longer than usual, and by more than five seconds: worth a look. */
  readonly slow: boolean;
}

/** A time beside the usual one; null where there is no usual one. In milliseconds. */
export function ghostBar(tookMs: number, usualMs: number | null): GhostBar | null {
  if (usualMs === null || usualMs <= 0) return null;
  const longest = Math.max(tookMs, usualMs);
  return { took: tookMs / longest, usual: usualMs / longest, slow: tookMs > usualMs * 1.25 && tookMs - usualMs > 5000 };
}
