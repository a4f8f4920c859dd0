import { zstdCompressSync } from 'node:zlib';
import {
  AttemptRepository,
  type BuildRecord,
  type ClaimedAttempt,
  DispatchRepository,
  PostgresChunkStore,
  ProcessRepository,
} from '@cooperage/db';
import { encodeLogEntries, LineCounter, type LogEntry } from '@cooperage/domain';
import type { ApiWorld } from './api-world.js';

const encoder = new TextEncoder();

/** What a builder does to the database, without an engine: it claims, writes a log, and ends. */
export class TestWorker {
  readonly attempts: AttemptRepository;
  readonly store: PostgresChunkStore;
  private nextN = 0;
  private lines = 0;
  private textBytes = 0;
  private counter = new LineCounter();

  private constructor(
    private readonly world: ApiWorld,
    readonly instanceId: string,
  ) {
    this.attempts = new AttemptRepository(world.database);
    this.store = new PostgresChunkStore(world.database);
  }

  static async start(world: ApiWorld, name = 'builder-1'): Promise<TestWorker> {
    const id = await new ProcessRepository(world.database).start('builder', name, {
      slots: 64,
      platforms: ['linux/amd64'],
    });
    return new TestWorker(world, id);
  }

  async claim(build: BuildRecord): Promise<ClaimedAttempt> {
    const dispatched = await new DispatchRepository(this.world.database, {
      ...{ engine: 'buildkit', organizationsTrustEachOther: true },
    }).dispatchNext(() => ({
      sealed: Buffer.from('sealed'),
      ttlMs: 60_000,
    }));
    const mine = dispatched.find(({ buildId }) => buildId === build.id);
    const attempt = mine && (await this.attempts.claim(mine.attemptId, this.instanceId, 'builder-1', 600_000));
    if (!attempt) throw new Error('the build could not be claimed');
    [this.nextN, this.lines, this.textBytes] = [0, 0, 0];
    this.counter = new LineCounter();
    return attempt;
  }

  private counted(entries: readonly LogEntry[]) {
    for (const entry of entries) this.counter.take(entry);
    return this.counter.cut();
  }

  /** One stored chunk with an entry for each text. */
  print(attempt: ClaimedAttempt, ...texts: readonly string[]): Promise<Uint8Array> {
    return this.printOf(1, attempt, ...texts);
  }

  /** As `print`, for another step than the first. */
  async printOf(step: number, attempt: ClaimedAttempt, ...texts: readonly string[]): Promise<Uint8Array> {
    const entries = texts.map(
      (text, at): LogEntry => ({
        ...{ n: this.nextN + at, atMs: 1, kind: 'text', step, stream: 1 },
        data: encoder.encode(text),
      }),
    );
    const bytes = encodeLogEntries(entries);
    const text = texts.join('');
    const lines = text.split('\n').length - 1;
    const outcome = await this.store.append({
      ...{
        attemptId: attempt.attemptId,
        epoch: attempt.number,
        firstN: this.nextN,
        lastN: this.nextN + texts.length - 1,
      },
      ...{ firstAtMs: 1, firstLine: this.lines, lines, firstTextByte: this.textBytes },
      textBytes: encoder.encode(text).length,
      entriesBytes: bytes.length,
      lineDeltas: this.counted(entries),
      trigrams: null,
      payload: zstdCompressSync(bytes),
    });
    if (outcome !== 'stored') throw new Error(`the chunk was ${outcome}`);
    this.nextN += texts.length;
    this.lines += lines;
    this.textBytes += encoder.encode(text).length;
    return bytes;
  }

  async finishLog(attempt: ClaimedAttempt): Promise<void> {
    await this.store.seal(attempt.attemptId, attempt.number);
  }
}
