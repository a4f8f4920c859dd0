import type { Pair } from '../../measure/ratio.js';
import type { Span } from './spans.js';

/** One case of P1, run to its end. */
export interface CaseResult {
  readonly id: string;
  readonly pairs: readonly Pair[];
  /** Until the cache is exported too, which the script has done by its end. */
  readonly withExport: readonly Pair[];
  readonly spans: readonly (readonly Span[])[];
}

export interface RoadCase {
  readonly id: string;
  readonly pairs: number;
  prepare(): Promise<void>;
  /** One measurement of each side; images are verified by stock cosign outside of the clock. */
  theirs(): Promise<number>;
  ours(): Promise<number>;
  result(pairs: readonly Pair[]): CaseResult;
}
