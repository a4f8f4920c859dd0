/** What the log knows of a step besides its lines. */
export interface LogStep {
  readonly ordinal: number;
  readonly name: string;
  readonly ms: number | null;
  /** When it began, in milliseconds since 1970. */
  readonly startedMs: number | null;
  /** Nothing was run: its result was there. */
  readonly reused: boolean;
  /** The one at which the build failed. */
  readonly failed: boolean;
  /** Its line that says why, from 1; null where nobody can say. */
  readonly failingLine: number | null;
  /** The builder marked it as failed, whether the build failed by it or not. */
  readonly marked: boolean;
}

export function stepName(step: LogStep | undefined, ordinal: number): string {
  return step?.name ?? (ordinal === 0 ? 'The build as a whole' : `Step ${ordinal}`);
}
