import { decodeLogNotice, eachLogEntry, encodeLogNotice, type LogEntry } from '@cooperage/domain';
import { unpackChunk } from '../chunk-unpacker.js';
import type { AppendOutcome, ChunkStore, LiveBus } from '../ports.js';
import { packChunk } from './chunk-packer.js';
import { packBatch } from './log-batch.js';

/**
 * How many numbers are left out before the notice of a lost attempt. Viewers may have seen live entries that the dead
 * worker could not store any more; their numbers must not be used again. A writer never has as many entries in memory:
 * its 4 MiB hold at most 840,000 of the smallest.
 */
export const lostEntries = 1_048_576;

export interface LostLog {
  readonly attemptId: string;
  /** The epoch that fences the lost attempt. */
  readonly epoch: number;
  /** Milliseconds from the lost attempt's claim to the moment when it was given up. */
  readonly atMs: number;
  /** One sentence for a person. Holds no secret. */
  readonly reason: string;
  readonly chunkStore: ChunkStore;
  readonly liveBus: LiveBus;
}

/**
 * Ends the log of an attempt whose worker died: an `attempt_lost` notice behind a hole in the numbers, then the seal.
 * Safe to repeat. Throws what the store throws when it cannot be reached.
 */
export async function endLostLog(lost: LostLog): Promise<AppendOutcome> {
  const { chunkStore, liveBus, attemptId, epoch } = lost;
  const tail = await chunkStore.tail(attemptId);
  if (tail.complete) return 'stored';
  if (!(await endsWithLoss(chunkStore, attemptId, tail.nextN))) {
    const batch = packBatch([noticeOf(lost, tail.nextN + lostEntries)]);
    const outcome = await chunkStore.append(await packChunk({ attemptId, epoch }, tail, [batch], null));
    if (outcome === 'fenced') return 'fenced';
    liveBus.publish(attemptId, batch.bytes);
  }
  const sealed = await chunkStore.seal(attemptId, epoch);
  liveBus.publish(attemptId, new Uint8Array());
  return sealed;
}

function noticeOf({ atMs, reason }: LostLog, n: number) {
  const data = encodeLogNotice({ code: 'attempt_lost', reason });
  return { n, atMs: Math.max(0, Math.floor(atMs)), kind: 'notice', step: 0, stream: 0, data } as const;
}

async function endsWithLoss(store: ChunkStore, attemptId: string, nextN: number): Promise<boolean> {
  if (nextN === 0) return false;
  const [chunk] = await store.range(attemptId, nextN - 1, 1);
  try {
    let last: LogEntry | undefined;
    if (chunk) for (const entry of eachLogEntry(unpackChunk(chunk))) last = entry;
    return last?.kind === 'notice' && decodeLogNotice(last.data)?.code === 'attempt_lost';
  } catch {
    // What cannot be read is not our notice. Such a log ends, too.
    return false;
  }
}
