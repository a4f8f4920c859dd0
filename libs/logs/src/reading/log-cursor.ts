/** A place in a build's log: "give me what comes from here on". Written as `attempt.n`, for example `2.1048`. */
export interface LogCursor {
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Number of the first entry that is wanted, from 0. */
  readonly n: number;
}

const form = /^([1-9]\d{0,9})\.(0|[1-9]\d{0,15})$/;

export function formatLogCursor(cursor: LogCursor): string {
  return `${cursor.attempt}.${cursor.n}`;
}

/** @returns `undefined` for anything but what `formatLogCursor` writes. */
export function parseLogCursor(text: string): LogCursor | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const cursor = { attempt: Number(match[1]), n: Number(match[2]) };
  return Number.isSafeInteger(cursor.n) ? cursor : undefined;
}
