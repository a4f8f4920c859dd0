import type { LoopSight } from '@cooperage/domain';

interface Held {
  readonly sinceMs: number;
  readonly stop: AbortController;
  limitMs: number;
  timer: NodeJS.Timeout | undefined;
  ended: Promise<unknown>;
}

/** The slot of one piece of work. */
export interface HeldSlot {
  /** Aborted when the work has held its slot for longer than it may. */
  readonly signal: AbortSignal;
  /** The work knows by now how long it may hold its slot in all, milliseconds from its beginning on. */
  allow(limitMs: number): void;
}

/** Work that held its slot for longer than it may. */
export class SlotLimitExceeded extends Error {
  override readonly name = 'SlotLimitExceeded';
}

/** The places of a loop for work under way, and how long each has been held. Times are milliseconds. */
export class Slots {
  private readonly held = new Set<Held>();
  private taken = 0;
  private givenUp = 0;

  /** @param limitMs how long work may hold a slot where nothing else is said of it */
  constructor(
    private readonly count: number,
    private readonly limitMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get free(): number {
    return Math.max(0, this.count - this.held.size);
  }

  /** Of the work that is nearest to its limit, or furthest beyond it. */
  sight(): Omit<LoopSight, 'due' | 'oldestDueMs'> {
    const [next] = [...this.held].sort((a, b) => a.sinceMs + a.limitMs - b.sinceMs - b.limitMs);
    const oldestBusyMs = next ? this.now() - next.sinceMs : 0;
    const { count: slots, taken, givenUp } = this;
    return {
      slots,
      busySlots: this.held.size,
      oldestBusyMs,
      slotLimitMs: next?.limitMs ?? this.limitMs,
      taken,
      givenUp,
    };
  }

  /** Holds a slot while `work` runs. */
  hold<T>(work: (slot: HeldSlot) => Promise<T>, limitMs = this.limitMs): Promise<T> {
    this.taken++;
    const stop = new AbortController();
    const held: Held = { sinceMs: this.now(), stop, limitMs, timer: undefined, ended: Promise.resolve() };
    // Before the work begins: it may end before it has awaited anything.
    this.held.add(held);
    const running = this.run(held, work);
    held.ended = running.catch(() => undefined);
    return running;
  }

  /** What `work` makes, or the signal's reason when that comes first: the work itself may know nothing of the signal. */
  async inTime<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
    // Nobody may look at it any more when it ends.
    work.catch(() => undefined);
    let stop = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Frees the slots of what is over its time and did not end by itself. */
  letGo(): void {
    for (const held of this.held) {
      if (this.now() - held.sinceMs <= held.limitMs) continue;
      this.stop(held);
      this.held.delete(held);
    }
  }

  /** Resolves when no slot is held. */
  async empty(): Promise<void> {
    await Promise.all([...this.held].map(({ ended }) => ended));
  }

  private async run<T>(held: Held, work: (slot: HeldSlot) => Promise<T>): Promise<T> {
    this.wait(held);
    const allow = (limitMs: number) => {
      held.limitMs = limitMs;
      if (this.held.has(held)) this.wait(held);
    };
    try {
      return await work({ signal: held.stop.signal, allow });
    } finally {
      clearTimeout(held.timer);
      this.held.delete(held);
    }
  }

  private wait(held: Held): void {
    clearTimeout(held.timer);
    const leftMs = Math.max(0, held.sinceMs + held.limitMs - this.now());
    held.timer = setTimeout(() => this.stop(held), leftMs).unref();
  }

  private stop({ stop, limitMs }: Held): void {
    if (stop.signal.aborted) return;
    this.givenUp++;
    stop.abort(new SlotLimitExceeded(`It took longer than ${Math.round(limitMs / 1000)} s and was given up.`));
  }
}
