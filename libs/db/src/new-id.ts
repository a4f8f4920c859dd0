import { v7 } from 'uuid';

/** A new UUIDv7 (RFC 9562): ids sort by the time at which they were made. */
export function newId(): string {
  return v7();
}

/** The least id that can have been made at `time` or later: a bound for "since" on the ids themselves. */
export function idFloor(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
