const usualPeriodUs = 100_000;
const longestPeriodUs = 1_000_000;
/** The kernel takes no less. */
const leastQuotaUs = 1_000;

/** Processors' worth of time as the kernel is told it: so many microseconds in each period, `null` for as many as there are. */
export interface Bandwidth {
  readonly quotaUs: number | null;
  readonly periodUs: number;
}

/** Very little time needs a longer period. A thousandth of a processor is the least that can be said. */
export function bandwidthOf(cpus: number | undefined): Bandwidth {
  if (cpus === undefined) return { quotaUs: null, periodUs: usualPeriodUs };
  const quotaUs = Math.max(leastQuotaUs, Math.round(cpus * usualPeriodUs));
  const periodUs = Math.round(leastQuotaUs / cpus);
  return { quotaUs, periodUs: Math.min(longestPeriodUs, Math.max(usualPeriodUs, periodUs)) };
}
