import type { LineDelta, OutputState } from './line-counter.js';
import type { LogStream } from './log-entry.js';

/** A `LineDelta` as numbers alone, for sending many: step, lines, then stream, openN (-1 for null), style of each output. */
export type PackedDelta = readonly number[];

export function packDelta({ step, lines, outputs }: LineDelta): number[] {
  return [step, lines, ...outputs.flatMap(({ stream, openN, style }) => [stream, openN ?? -1, style])];
}

/** What is missing at the end counts as the start of a plain line. */
export function unpackDelta([step = 0, lines = 0, ...rest]: PackedDelta): LineDelta {
  const outputs: OutputState[] = [];
  for (let at = 0; at + 2 < rest.length; at += 3) {
    const [stream, openN, style] = rest.slice(at, at + 3) as [LogStream, number, number];
    outputs.push({ stream, openN: openN === -1 ? null : openN, style });
  }
  return { step, lines, outputs };
}
