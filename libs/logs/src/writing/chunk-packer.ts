import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { DeltaSum, decodeLogEntries, eachLogEntry, encodeLogEntries } from '@cooperage/domain';
import type { LogChunk } from '../ports.js';
import type { LineTrigrams } from '../searching/line-trigrams.js';
import type { LogBatch } from './log-batch.js';

const compress = promisify(zstdCompress);

/** Under load a chunk has four or five batches. */
const manyBatches = 8;

/** Where a log stands: what came before the next chunk. */
export interface LogPosition {
  readonly nextN: number;
  readonly lines: number;
  readonly textBytes: number;
}

export const logStart: LogPosition = { nextN: 0, lines: 0, textBytes: 0 };

/**
 * Makes one chunk of batches that follow each other without a gap.
 * @param trigrams has seen the whole log before these; null when nobody here has
 */
export async function packChunk(
  writer: { readonly attemptId: string; readonly epoch: number },
  before: LogPosition,
  batches: readonly [LogBatch, ...LogBatch[]],
  trigrams: LineTrigrams | null,
): Promise<LogChunk> {
  const entries = joined(batches.map(({ bytes }) => bytes));
  return {
    attemptId: writer.attemptId,
    epoch: writer.epoch,
    firstN: batches[0].firstN,
    lastN: batches.at(-1)!.lastN,
    firstAtMs: batches[0].firstAtMs,
    firstLine: before.lines,
    lines: sum(batches, 'lines'),
    firstTextByte: before.textBytes,
    textBytes: sum(batches, 'textBytes'),
    entriesBytes: entries.length,
    lineDeltas: new DeltaSum(...batches.map((batch) => batch.lineDeltas)).deltas(),
    trigrams: trigrams === null ? null : trigrams.take(eachLogEntry(entries)),
    payload: await compress(entries),
  };
}

export function positionAfter(chunk: LogChunk): LogPosition {
  return {
    nextN: chunk.lastN + 1,
    lines: chunk.firstLine + chunk.lines,
    textBytes: chunk.firstTextByte + chunk.textBytes,
  };
}

/** Many small batches are encoded again as one: entries that follow each other are smaller together. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(parts);
  return parts.length > manyBatches ? encodeLogEntries(decodeLogEntries(bytes)) : bytes;
}

function sum(batches: readonly LogBatch[], field: 'lines' | 'textBytes'): number {
  return batches.reduce((total, batch) => total + batch[field], 0);
}
