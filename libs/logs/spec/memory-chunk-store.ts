import type {
  AppendOutcome,
  ChunkStore,
  IndexedChunk,
  LogChunk,
  LogScale,
  LogTail,
  StoredChunk,
  SurveyedChunk,
  SurveyOptions,
} from '../src/ports.js';
import { mayHold } from '../src/searching/trigrams.js';

interface StoredLog {
  readonly chunks: LogChunk[];
  epoch: number;
  sealed: boolean;
}

/** The archive's promises on plain arrays, and the faults that tests ask for. */
export class MemoryChunkStore implements ChunkStore {
  private readonly logs = new Map<string, StoredLog>();
  appends = 0;
  reads = 0;
  /** `firstN` of each chunk that was picked. */
  readonly picked: number[] = [];
  /** Runs before every append, for stores that are slow, stuck or away. */
  beforeAppend: () => Promise<void> | void = () => {};
  /** Runs after every append has taken effect, for answers that never arrive. */
  afterAppend: () => Promise<void> | void = () => {};
  beforeRead: () => Promise<void> | void = () => {};

  async append(chunk: LogChunk): Promise<AppendOutcome> {
    this.appends++;
    await this.beforeAppend();
    const outcome = this.put(chunk);
    await this.afterAppend();
    return outcome;
  }

  async seal(attemptId: string, epoch: number): Promise<AppendOutcome> {
    const log = this.log(attemptId);
    if (epoch < log.epoch) return 'fenced';
    log.epoch = epoch;
    log.sealed = true;
    return 'stored';
  }

  async range(attemptId: string, fromN: number, limitBytes: number): Promise<readonly StoredChunk[]> {
    this.reads++;
    await this.beforeRead();
    const found: StoredChunk[] = [];
    let bytes = 0;
    for (const chunk of this.log(attemptId).chunks) {
      if (chunk.lastN < fromN) continue;
      bytes += takenBytesOf(chunk);
      if (bytes > limitBytes && found.length > 0) break;
      found.push(chunk);
    }
    return found;
  }

  async find(attemptId: string, scale: LogScale, position: number): Promise<number> {
    const column = scale === 'line' ? 'firstLine' : 'firstTextByte';
    return this.log(attemptId).chunks.findLast((chunk) => chunk[column] < position)?.firstN ?? 0;
  }

  async index(attemptId: string, fromN: number, limit: number, countBytes: number): Promise<readonly IndexedChunk[]> {
    const found: IndexedChunk[] = [];
    let bytes = 0;
    for (const chunk of this.log(attemptId).chunks.filter(({ firstN }) => firstN >= fromN)) {
      bytes += countBytesOf(chunk);
      if (found.length === limit || (bytes > countBytes && found.length > 0)) break;
      found.push(bytes > countBytes ? { ...chunk, lineDeltas: null } : chunk);
    }
    return found;
  }

  async survey(attemptId: string, options: SurveyOptions): Promise<readonly SurveyedChunk[]> {
    const { trigrams, limit, countBytes } = options;
    const chunks = this.log(attemptId).chunks.slice(0, limit);
    const fits = chunks.reduce((sum, chunk) => sum + countBytesOf(chunk), 0) <= countBytes;
    return chunks.map((chunk) => ({
      ...chunk,
      entriesBytes: takenBytesOf(chunk),
      lineDeltas: fits ? chunk.lineDeltas : null,
      mayHold: chunk.trigrams === null || mayHold(chunk.trigrams, trigrams),
    }));
  }

  async pick(attemptId: string, firstNs: readonly number[]): Promise<readonly StoredChunk[]> {
    this.reads++;
    await this.beforeRead();
    const picked = this.log(attemptId).chunks.filter(({ firstN }) => firstNs.includes(firstN));
    for (const { firstN } of picked) this.picked.push(firstN);
    return picked;
  }

  async tail(attemptId: string): Promise<LogTail> {
    await this.beforeRead();
    const log = this.log(attemptId);
    const last = log.chunks.at(-1);
    return {
      nextN: last ? last.lastN + 1 : 0,
      lines: last ? last.firstLine + last.lines : 0,
      textBytes: last ? last.firstTextByte + last.textBytes : 0,
      complete: log.sealed,
    };
  }

  chunks(attemptId: string): readonly LogChunk[] {
    return this.log(attemptId).chunks;
  }

  private put(chunk: LogChunk): AppendOutcome {
    const log = this.log(chunk.attemptId);
    const same = log.chunks.find(({ firstN }) => firstN === chunk.firstN);
    if (same?.epoch === chunk.epoch) return 'stored';
    const nextN = (log.chunks.at(-1)?.lastN ?? -1) + 1;
    if (chunk.epoch < log.epoch || log.sealed || chunk.firstN < nextN) return 'fenced';
    log.epoch = chunk.epoch;
    log.chunks.push(chunk);
    return 'stored';
  }

  private log(attemptId: string): StoredLog {
    const known = this.logs.get(attemptId) ?? { chunks: [], epoch: 0, sealed: false };
    this.logs.set(attemptId, known);
    return known;
  }
}

function takenBytesOf({ entriesBytes, payload }: LogChunk): number {
  return Math.max(entriesBytes, payload.length);
}

/** About what they take as text. */
function countBytesOf({ lineDeltas }: LogChunk): number {
  return JSON.stringify(lineDeltas).length;
}
