/**
 * How long the clock of an attempt may stand still while it waits for an engine that others use, milliseconds. Longer than any export
 * may take. What waits for longer waits for something that is broken.
 */
export const longestEngineWaitMs = 15 * 60_000;
