import type { Timestamp } from './messages.js';

/** A protobuf timestamp as a Date (milliseconds; the rest is cut off), or null when none was sent. */
export function toDate(time: Timestamp | null): Date | null {
  return time === null ? null : new Date(time.seconds * 1000 + Math.floor(time.nanos / 1e6));
}
