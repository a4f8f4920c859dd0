import type { GroupLease } from '../cgroup/step-groups.js';
import type { EngineEvent } from '../engine.js';

/** Output that is older than this when it is taken has waited in the engine. */
const behindMs = 100;
const caughtUpMs = 50;
/** Fewer bytes in a second are no flood: it is the machine that is slow, and the engine's memory is in no danger. */
const floodBytes = 1_048_576;
const windowMs = 1_000;
const lookMs = 50;

type Emit = (event: EngineEvent) => void | Promise<void>;

/**
 * Holds a build back that prints faster than its output is taken. A step does not wait for its reader: BuildKit keeps what
 * was not read yet in its memory, without end, and an engine that runs out of it takes all builds with it (S-041). So the
 * step is slowed down until what it printed is taken; nothing is lost. The engine has to be on this machine, with its clock.
 */
export class OutputPace {
  private held = false;
  private timer: NodeJS.Timeout | undefined;
  /** When what is being taken was printed. */
  private printedAtMs: number | null = null;
  private takenAtMs = 0;
  private window = { sinceMs: 0, bytes: 0, bytesBefore: 0 };

  constructor(private readonly group: Pick<GroupLease, 'hold'> | undefined) {}

  /** Hands an event over and looks at how old it was. */
  take(event: EngineEvent, emit: Emit): void | Promise<void> {
    if (!this.group || event.type !== 'log') return emit(event);
    this.timer ??= setInterval(() => this.look(), lookMs).unref();
    this.printedAtMs = event.at.getTime();
    this.count(event.data.length);
    const pause = emit(event);
    if (!pause) return this.taken();
    return pause.finally(() => this.taken());
  }

  stop(): void {
    clearInterval(this.timer);
    this.hold(false);
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
  }

  private judge(lagMs: number): void {
    if (lagMs < caughtUpMs) this.hold(false);
    else if (lagMs > behindMs && Math.max(this.window.bytes, this.window.bytesBefore) >= floodBytes) this.hold(true);
  }

  private hold(wanted: boolean): void {
    if (this.held === wanted) return;
    this.held = wanted;
    this.group?.hold(wanted);
  }

  private count(bytes: number): void {
    const now = Date.now();
    const age = now - this.window.sinceMs;
    if (age >= windowMs)
      this.window = { sinceMs: now, bytes: 0, bytesBefore: age < 2 * windowMs ? this.window.bytes : 0 };
    this.window.bytes += bytes;
  }
}
