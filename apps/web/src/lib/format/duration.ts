/** A span of time for people, from milliseconds: `0.4 s`, `21.4 s`, `3 min 04 s`, `2 h 05 min`, `3 d 04 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return formatWhole(Math.round(seconds));
}

/** As `formatDuration` but in whole seconds, for spans that tick. */
export function formatTicking(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  return seconds < 60 ? `${seconds} s` : formatWhole(seconds);
}

function formatWhole(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** Milliseconds between two moments (RFC 3339); until `nowMs` when there is no end. Null when there is no start. */
export function spanMs(start: string | null, end: string | null, nowMs: number): number | null {
  if (start === null) return null;
  return Math.max(0, (end === null ? nowMs : Date.parse(end)) - Date.parse(start));
}
