/** So long after a round of verification of a project's images has begun the next one is due, in milliseconds. */
export const reverifyAfterMs = 24 * 3_600_000;
