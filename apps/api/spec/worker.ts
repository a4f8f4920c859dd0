import { zstdCompressSync } from 'node:zlib';
import {
  AttemptRepository,
  type BuildRecord,
  type ClaimedAttempt,
  DispatchRepository,
  PostgresChunkStore,
  ProcessRepository,
  SweepRepository,
} from '@cooperage/db';
import { countLineFeeds, encodeLogEntries, encodeLogNotice, LineCounter, type LogEntry } from '@cooperage/domain';
import type { ApiWorld } from './api-world.js';
import { rowsOf } from './rows.js';

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
    // It has no heart of its own, and nothing is placed with one that is silent.
    const data = { heartbeatAt: new Date() };
    await this.world.database.prisma.processInstance.update({ where: { id: this.instanceId }, data });
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
    return this.append(
      attempt,
      attempt.number,
      texts.map(
        (text, at): LogEntry => ({
          ...{ n: this.nextN + at, atMs: 1, kind: 'text', step, stream: 1 },
          data: encoder.encode(text),
        }),
      ),
    );
  }

  private async append(attempt: ClaimedAttempt, epoch: number, entries: readonly LogEntry[]): Promise<Uint8Array> {
    const bytes = encodeLogEntries([...entries]);
    const printed = Buffer.concat(entries.flatMap(({ kind, data }) => (kind === 'text' ? [data] : [])));
    const lines = countLineFeeds(printed);
    const outcome = await this.store.append({
      ...{
        attemptId: attempt.attemptId,
        epoch,
        firstN: this.nextN,
        lastN: this.nextN + entries.length - 1,
      },
      ...{ firstAtMs: 1, firstLine: this.lines, lines, firstTextByte: this.textBytes },
      textBytes: printed.length,
      entriesBytes: bytes.length,
      lineDeltas: this.counted(entries),
      trigrams: null,
      payload: zstdCompressSync(bytes),
    });
    if (outcome !== 'stored') throw new Error(`the chunk was ${outcome}`);
    this.nextN += entries.length;
    this.lines += lines;
    this.textBytes += printed.length;
    return bytes;
  }

  async finishLog(attempt: ClaimedAttempt): Promise<void> {
    await this.store.seal(attempt.attemptId, attempt.number);
  }

  /** Its builder dies, and the sweeper notes it: the build is queued for its next attempt. */
  async lose(attempt: ClaimedAttempt, reason = 'The builder died.'): Promise<void> {
    await rowsOf(this.world, "UPDATE attempt SET lease_until = now() - interval '1 second' WHERE id = $1", [
      attempt.attemptId,
    ]);
    const sweeps = new SweepRepository(this.world.database);
    const lost = (await sweeps.findLost()).find(({ attemptId }) => attemptId === attempt.attemptId);
    const outcome = await sweeps.closeLost(lost!, true, { code: 'WorkerLost', message: reason });
    if (!outcome.ok) throw new Error(`the attempt is ${outcome.reason}`);
    const data = encodeLogNotice({ code: 'attempt_lost', reason });
    await this.append(attempt, attempt.number + 1, [
      { n: this.nextN, atMs: 2, kind: 'notice', step: 0, stream: 0, data },
    ]);
    await this.store.seal(attempt.attemptId, attempt.number + 1);
  }
}
