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

/** How far into something, short enough for a column: `0.4 s`, `99.9 s`, `2:31`, `1:02:31`. From milliseconds. */
export function formatOffset(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  const clock = `${two(minutes % 60)}:${two(whole % 60)}`;
  return minutes < 60 ? clock.replace(/^0/, '') : `${Math.floor(minutes / 60)}:${clock}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function formatWhole(seconds: number): string {
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

export function daysWords(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}
