import type { Estimate } from './bootstrap.js';

/** Fewer pairs than this decide nothing. */
export const fewestPairs = 15;

/** Which side of a number is the right one. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number };

export type Verdict = 'met' | 'missed' | 'too few pairs';

/** A goal is met only if the whole interval lies on its right side. */
export function judge(estimate: Estimate, bound: Bound, pairs: number): Verdict {
  if (!isRight(estimate, bound)) return 'missed';
  return pairs < fewestPairs ? 'too few pairs' : 'met';
}

function isRight({ low, high }: Estimate, bound: Bound): boolean {
  return 'atMost' in bound ? high <= bound.atMost : low >= bound.atLeast;
}
