import { bootstrap, type Estimate } from './bootstrap.js';
import { median, quantile } from './quantile.js';
import type { Random } from './random.js';

/** Two measurements that were taken one right after the other. */
export interface Pair {
  readonly ours: number;
  readonly theirs: number;
}

/** Many short measurements of both sides that were taken close together. */
export interface Block {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/** Median of the pairs' own ratios: a machine that gets slower for a while slows both sides of a pair. */
export function pairRatio(pairs: readonly Pair[], random: Random): Estimate {
  return bootstrap(
    pairs.map(({ ours, theirs }) => ours / theirs),
    median,
    random,
  );
}

/** A quantile of ours over the same quantile of theirs. Whole blocks are drawn, since neighbours are not independent. */
export function quantileRatio(blocks: readonly Block[], q: number, random: Random): Estimate {
  const ratio = (sample: readonly Block[]) =>
    quantile(
      sample.flatMap((block) => block.ours),
      q,
    ) /
    quantile(
      sample.flatMap((block) => block.theirs),
      q,
    );
  return bootstrap(blocks, ratio, random);
}
