import type { Estimate } from './measure/bootstrap.js';
import type { Random } from './measure/random.js';
import type { World } from './world/world.js';

/** One compared number. Its goal, if it has one, stands in `goals.ts` under the same id. */
export interface Finding {
  readonly id: string;
  /** Typical values of both sides, for a reader's sense of size; no goal looks at them. */
  readonly ours: string;
  readonly theirs: string;
  readonly ratio: Estimate;
  /** Pairs, or blocks, that the interval was drawn from. */
  readonly pairs: number;
  /** It was counted, not measured: it is the same each time, and one pair decides. */
  readonly counted?: boolean;
}

/** Where time goes on our side: medians of its parts, milliseconds. */
export interface Breakdown {
  readonly title: string;
  readonly parts: readonly { readonly name: string; readonly ms: number }[];
}

export interface Measured {
  readonly findings: readonly Finding[];
  readonly breakdowns?: readonly Breakdown[];
}

/** How much is measured. */
export interface Amount {
  readonly pairs: number;
  /** For what takes long: empty caches, a peer that loads all of a long log. */
  readonly coldPairs: number;
  /** Lines of the long log. Fewer than `fullLogLines` show that it runs, and decide nothing. */
  readonly logLines: number;
  readonly fullLogLines: number;
  /** Of the full sizes of a benchmark. Less than 100 shows that it runs, and decides nothing. */
  readonly percent: number;
}

/** A part of a full size, as `--percent` says. */
export function partOf({ percent }: Pick<Amount, 'percent'>, full: number, least: number): number {
  return Math.max(least, Math.round((full * percent) / 100));
}

export interface Bench {
  readonly world: World;
  readonly amount: Amount;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** A line about what happens now, for a person who waits. */
  readonly say: (line: string) => void;
}

export interface Benchmark {
  readonly id: string;
  /** What is compared, how both sides are set up, and where the clock starts and ends: printed with the numbers. */
  readonly about: readonly string[];
  /** @throws {Inexact} when something was lost or wrong: then there is no result */
  readonly run: (bench: Bench) => Promise<Measured>;
}
