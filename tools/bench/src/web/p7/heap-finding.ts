import type { Finding } from '../../benchmark.js';
import { median } from '../../measure/quantile.js';
import type { Random } from '../../measure/random.js';
import { type Pair, pairRatio } from '../../measure/ratio.js';
import { kibibytes } from '../../report/format.js';

/** Compares pairs of bytes. */
export function heapFinding(id: string, pairs: readonly Pair[], random: Random): Finding {
  const typical = (side: keyof Pair) => kibibytes(median(pairs.map((pair) => pair[side])));
  return { id, ours: typical('ours'), theirs: typical('theirs'), ratio: pairRatio(pairs, random), pairs: pairs.length };
}
