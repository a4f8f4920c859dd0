export const stages = ['cold', 'warm', 'restored'] as const;
export type Stage = (typeof stages)[number];

/** One build, milliseconds. */
export interface BuildTimes {
  /** Until the image is pushed; for a plain command, until it ends. */
  readonly ms: number;
  /** The same and what the export of the cache takes after it. */
  readonly withExportMs: number;
  /** From the webhook until it is signed and tagged; for a plain command as `ms`, which signs nothing. */
  readonly signedMs: number;
}

/** An empty engine and no cache, the same engine, the engine emptied again. */
export type Round = Readonly<Record<Stage, BuildTimes>>;
