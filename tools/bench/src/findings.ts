import type { Finding } from './benchmark.js';
import { median, quantile } from './measure/quantile.js';
import type { Random } from './measure/random.js';
import { type Block, type Pair, pairRatio, quantileRatio } from './measure/ratio.js';
import { milliseconds } from './report/format.js';

/** Compares pairs of times, milliseconds, by the median of their ratios. */
export function findingOfPairs(id: string, pairs: readonly Pair[], random: Random): Finding {
  const typical = (side: keyof Pair) => milliseconds(median(pairs.map((pair) => pair[side])));
  return {
    id,
    ours: typical('ours'),
    theirs: typical('theirs'),
    ratio: pairRatio(pairs, random),
    pairs: pairs.length,
  };
}

/** Compares a quantile of many times, milliseconds, that were taken in blocks. */
export function findingOfBlocks(id: string, blocks: readonly Block[], q: number, random: Random): Finding {
  const pooled = (side: keyof Block) =>
    milliseconds(
      quantile(
        blocks.flatMap((block) => block[side]),
        q,
      ),
    );
  return {
    id,
    ours: pooled('ours'),
    theirs: pooled('theirs'),
    ratio: quantileRatio(blocks, q, random),
    pairs: blocks.length,
  };
}
