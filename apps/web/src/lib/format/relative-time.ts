const units = [
  { limit: 60, seconds: 1, name: 'second' },
  { limit: 3600, seconds: 60, name: 'minute' },
  { limit: 86_400, seconds: 3600, name: 'hour' },
  { limit: 30 * 86_400, seconds: 86_400, name: 'day' },
  { limit: 365 * 86_400, seconds: 30 * 86_400, name: 'month' },
  { limit: Number.POSITIVE_INFINITY, seconds: 365 * 86_400, name: 'year' },
] as const;
const formatter = new Intl.RelativeTimeFormat('en', { style: 'short', numeric: 'always' });

/** `just now`, `5 min. ago`, `in 3 days`. */
export function formatRelative(atMs: number, nowMs: number): string {
  const seconds = (atMs - nowMs) / 1000;
  const size = Math.abs(seconds);
  if (size < 10) return 'just now';
  const unit = units.find((candidate) => size < candidate.limit) ?? units[5];
  const count = Math.trunc(size / unit.seconds);
  return formatter.format(seconds < 0 ? -count : count, unit.name);
}

/** `2026-11-24 12:45:16 UTC`: the same for every reader. */
export function formatUtc(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
