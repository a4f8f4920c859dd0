import type { AttemptRepository, ClaimedAttempt } from '@cooperage/db';
import type { BuildFailure, DiskRoom } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { longestEngineWaitMs } from '../../shared/engine-wait.js';
import type { HeldSlot } from '../../shared/slots.js';
import { WakeLoop } from '../../shared/wake-loop.js';
import { blamed, leastGrowthBytes, suspects } from '../disk-blame.js';
import { DiskGrowth } from '../disk-growth.js';

/** Why the work on an attempt should end before it is done. */
export type StopCause = 'cancel' | 'not_yours' | 'timeout' | 'shutdown';

/** For what an attempt does when its time is over: stopping the engine, storing its log and its end. */
const endLimitMs = 15 * 60_000;
/** More than any time limit with all waits. The clock of the attempt sets the true limit when it has run out. */
const untilTimeoutMs = 7 * 24 * 3_600_000;

interface Held {
  readonly stop: AbortController;
  readonly clock: Clock;
  readonly growth: DiskGrowth;
  /** Its slot is held for so long from now on, and no longer. */
  readonly allow: (forMs: number) => void;
}

/** The time limit of an attempt. It stands still while the attempt waits for what others have. */
class Clock {
  private timer: NodeJS.Timeout | undefined;
  /** When it began to go; null while it stands still. */
  private since: number | null = null;

  constructor(
    private leftMs: number,
    private readonly onEnd: () => void,
  ) {
    this.go();
  }

  go(): void {
    if (this.since !== null) return;
    this.since = performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(this.onEnd, this.leftMs);
  }

  /** @param mostMs after which it goes on by itself */
  pause(mostMs: number): void {
    if (this.since === null) return;
    this.leftMs = Math.max(0, this.leftMs - (performance.now() - this.since));
    this.since = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.go(), mostMs);
  }

  end(): void {
    this.since ??= 0;
    clearTimeout(this.timer);
  }
}

/** The attempts that this process holds: their heartbeats, and the word that one of them should stop. Of the disk, see `DiskFloor`. */
export class HeldAttempts {
  private readonly held = new Map<string, Held>();
  readonly loop: WakeLoop;
  private readonly end = new AbortController();

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly instanceId: () => string,
    private readonly leaseMs: number,
    logger: Logger,
  ) {
    this.loop = new WakeLoop('heartbeat', leaseMs / 4, logger, () => this.beat(), leaseMs);
  }

  start(): void {
    this.loop.start();
  }

  /** Asks the database now: a cancel was announced. */
  wake(): void {
    this.loop.wake();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  /** This process is to end: what is not done after `graceMs` is stopped, so that its attempt is given back in order. */
  drain(graceMs: number): void {
    setTimeout(() => {
      this.stopAll('shutdown');
      this.end.abort('shutdown' satisfies StopCause);
    }, graceMs).unref();
  }

  /** Aborted at the end of the process, for attempts too that were stopped for another reason before. */
  get ending(): AbortSignal {
    return this.end.signal;
  }

  /** Stops all of them now. */
  stopAll(cause: StopCause | BuildFailure): void {
    for (const { stop } of this.held.values()) stop.abort(cause);
  }

  get size(): number {
    return this.held.size;
  }

  /** Whether one was stopped that has not ended, and may still let the disk grow: by what nobody sees, or it did lately. */
  get isStopping(): boolean {
    return [...this.held.values()].some(
      ({ stop, growth }) => stop.signal.aborted && (growth.isBlind || growth.recent >= leastGrowthBytes),
    );
  }

  /** For `stopLargest` and `stopSuspects`: to be called from time to time. */
  look(rooms: readonly DiskRoom[] = []): void {
    for (const { growth } of this.held.values()) growth.look(rooms);
  }

  noteShortage(of: DiskRoom['of'], what: 'begins' | 'is over'): void {
    for (const { growth } of this.held.values()) growth.noteShortage(of, what);
  }

  /**
   * Stops the one that is taken for the cause of what has gone from the disk, see `blamed`.
   * @param goneBytes from the disk, in the time of the looks that are compared
   * @param failure of the one that is stopped, by why it is that one
   * @returns false where none did, as far as is known
   */
  stopLargest(goneBytes: number, failure: (why: string) => BuildFailure, of: DiskRoom['of'] = 'bytes'): boolean {
    const found = blamed(this.running(of), goneBytes);
    found?.who.stop.abort(failure(found.why));
    return found !== null;
  }

  /**
   * Stops those that may be the cause of a shortage that does not end, the likeliest first, see `suspects`.
   * @param most of them
   * @returns how many
   */
  stopSuspects(of: DiskRoom['of'], leastFall: number, most: number, failure: (why: string) => BuildFailure): number {
    const found = suspects(this.running(of), leastFall).slice(0, most);
    for (const { who, why } of found) who.stop.abort(failure(why));
    return found.length;
  }

  /** Those that go on, in the order of their begin. */
  private running(of: DiskRoom['of']) {
    return [...this.held.values()].flatMap(({ stop, growth }, order) => {
      const { recent, known, isBlind, isHidden } = growth;
      const [fall, shortages] = [growth.fallOf(of), growth.shortagesOf(of)];
      return stop.signal.aborted ? [] : [{ stop, recent, known, isBlind, isHidden, fall, shortages, order }];
    });
  }

  /**
   * Holds an attempt while `work` runs. The signal's reason is a `StopCause`, or the `BuildFailure` that ended all.
   * @param slot is told how long the attempt may hold it
   */
  async while<T>(
    attempt: ClaimedAttempt,
    work: (signal: AbortSignal, growth: DiskGrowth) => Promise<T>,
    slot?: HeldSlot,
  ): Promise<T> {
    const stop = new AbortController();
    const growth = new DiskGrowth();
    const begunMs = performance.now();
    const allow = (forMs: number) => slot?.allow(performance.now() - begunMs + forMs);
    const clock = new Clock(attempt.build.limits.timeoutMs, () => {
      stop.abort('timeout' satisfies StopCause);
      allow(endLimitMs);
    });
    this.held.set(attempt.attemptId, { stop, clock, growth, allow });
    slot?.allow(untilTimeoutMs);
    // What does not even end now may never end. Its lease is renewed no more, so control sees the attempt as lost.
    slot?.signal.addEventListener('abort', () => {
      stop.abort('not_yours' satisfies StopCause);
      this.held.delete(attempt.attemptId);
    });
    try {
      return await work(stop.signal, growth);
    } finally {
      clock.end();
      this.held.delete(attempt.attemptId);
    }
  }

  /** Stops the clock of an attempt that waits for the engine. @returns has it go on; called once more it does nothing */
  waits(attemptId: string): () => void {
    const { clock, stop, allow } = this.held.get(attemptId) ?? {};
    // One that is out of time may still have to wait until the engine is emptied, and then stores its end.
    if (stop?.signal.reason === ('timeout' satisfies StopCause)) allow?.(longestEngineWaitMs + endLimitMs);
    else clock?.pause(longestEngineWaitMs);
    return () => clock?.go();
  }

  private async beat(): Promise<void> {
    if (this.held.size === 0) return;
    const answers = await this.attempts.heartbeat([...this.held.keys()], this.instanceId(), this.leaseMs);
    for (const [id, answer] of answers)
      if (answer !== 'go_on') this.held.get(id)?.stop.abort(answer satisfies StopCause);
  }
}
