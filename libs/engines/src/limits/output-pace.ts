import type { GroupLease } from '../cgroup/step-groups.js';
import type { EngineEvent } from '../engine.js';
import { Share } from './share.js';

/** Output that is older than this when it is taken has waited in the engine. */
const behindMs = 100;
const caughtUpMs = 50;
/** Fewer bytes in a second are no flood: it is the machine that is slow, and the engine's memory is in no danger. */
const floodBytes = 1_048_576;
const windowMs = 1_000;
const lookMs = 50;
/** To read, mask and keep what comes faster takes a large part of a processor: this process needs a second for ten MiB or so. */
const share = { freeBytes: 2 * 1_048_576, bytesPerSecond: 1_048_576 };

type LogEvent = Extract<EngineEvent, { type: 'log' }>;
type Emit = (event: EngineEvent) => void | Promise<void>;

/**
 * Holds a build back that prints faster than its output is taken. A step does not wait for its reader: BuildKit keeps what
 * was not read yet in its memory, without end, and an engine that runs out of it takes all builds with it (S-041). So the
 * step is slowed down until what it printed is taken; nothing is lost. The engine has to be on this machine, with its clock.
 * Beside other builds it is slowed down too where it prints more than its share, since taking that costs them time.
 */
export class OutputPace {
  private held = false;
  private stopped = false;
  private isBehind = false;
  private readonly share = new Share(share);
  private timer: NodeJS.Timeout | undefined;
  /** When what is being taken was printed. */
  private printedAtMs: number | null = null;
  private takenAtMs = 0;
  private window = { sinceMs: 0, bytes: 0, bytesBefore: 0 };

  constructor(private readonly group: Pick<GroupLease, 'hold' | 'hasNeighbours'> | undefined) {}

  /** Hands an event over and looks at how old it was. */
  take(event: EngineEvent, emit: Emit): void | Promise<void> {
    if (!this.group || event.type !== 'log') return emit(event);
    this.timer ??= setInterval(() => this.look(), lookMs).unref();
    this.printedAtMs = event.at.getTime();
    if (this.mayTake()) return this.handOver(event, emit);
    return this.untilMayTake().then(() => this.handOver(event, emit));
  }

  private handOver(event: LogEvent, emit: Emit): void | Promise<void> {
    this.count(event.data.length);
    const pause = emit(event);
    if (!pause) return this.taken();
    return pause.finally(() => this.taken());
  }

  /** What was printed before the build was held back lies in the engine: beside others that is taken at the same pace. */
  private mayTake(): boolean {
    return this.stopped || !this.hasNeighbours() || this.share.hasRoom(Date.now());
  }

  private async untilMayTake(): Promise<void> {
    while (!this.mayTake()) await new Promise((resolve) => setTimeout(resolve, lookMs));
  }

  private hasNeighbours(): boolean {
    return this.group?.hasNeighbours() ?? false;
  }

  /** Lets the build go for good: whoever is killed has to have the time to die. */
  stop(): void {
    clearInterval(this.timer);
    this.tell(false);
    this.stopped = true;
  }

  private taken(): void {
    this.takenAtMs = Date.now();
    if (this.printedAtMs !== null) this.judge(this.takenAtMs - this.printedAtMs);
    this.printedAtMs = null;
  }

  /** Whoever takes may be waiting for something, and a step that is held may have nothing more to say. */
  private look(): void {
    const now = Date.now();
    if (this.printedAtMs !== null) this.judge(now - this.printedAtMs);
    else if (now - this.takenAtMs > behindMs) this.judge(0);
    this.hold();
  }

  private judge(lagMs: number): void {
    if (lagMs < caughtUpMs) this.isBehind = false;
    else if (lagMs > behindMs && Math.max(this.window.bytes, this.window.bytesBefore) >= floodBytes)
      this.isBehind = true;
    this.hold();
  }

  private hold(): void {
    const isSpent = this.share.isSpent(Date.now(), this.hasNeighbours());
    this.tell(this.isBehind || isSpent);
  }

  private tell(wanted: boolean): void {
    if (this.stopped || this.held === wanted) return;
    this.held = wanted;
    this.group?.hold('output', wanted);
  }

  private count(bytes: number): void {
    const now = Date.now();
    this.share.take(bytes, now);
    const age = now - this.window.sinceMs;
    if (age >= windowMs)
      this.window = { sinceMs: now, bytes: 0, bytesBefore: age < 2 * windowMs ? this.window.bytes : 0 };
    this.window.bytes += bytes;
  }
}
