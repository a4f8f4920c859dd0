import { quantile } from './quantile.js';
import type { Random } from './random.js';

/** A value and the interval that holds it with 95 % confidence. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 2_000;

/**
 * The percentile bootstrap: the statistic of the items, and where it lies for 95 % of the samples that are drawn from
 * them with replacement. Items are what was measured independently: pairs, or blocks of neighbouring measurements.
 * @throws {RangeError} for no items.
 */
export function bootstrap<T>(
  items: readonly T[],
  statistic: (sample: readonly T[]) => number,
  random: Random,
): Estimate {
  if (items.length === 0) throw new RangeError('nothing was measured');
  const draw = () => items.map(() => items[Math.floor(random() * items.length)]!);
  const values = Array.from({ length: resamples }, () => statistic(draw()));
  return { value: statistic(items), low: quantile(values, 0.025), high: quantile(values, 0.975) };
}
