import { stepOfKey } from '../model/step-key';

/** What the log knows of a step besides its lines. */
export interface LogStep {
  /** Its key: the ordinal in the attempt that is shown, more in an earlier one. */
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
  /** Key of the step of an earlier attempt whose result was reused: what it printed stands there. */
  readonly outputAt: number | null;
  /** Number of the later attempt in which it ran again. */
  readonly ranAgainIn: number | null;
}

export function stepName(step: LogStep | undefined, ordinal: number): string {
  const of = stepOfKey(ordinal);
  const whole = of.attempt === null ? 'The build as a whole' : 'The attempt as a whole';
  return step?.name ?? (of.ordinal === 0 ? whole : `Step ${of.ordinal}`);
}
