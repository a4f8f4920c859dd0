import type { LoopSight } from '@cooperage/domain';

interface Held {
  readonly sinceMs: number;
  readonly stop: AbortController;
  ended: Promise<unknown>;
}

/** Work that held its slot for longer than it may. */
export class SlotLimitExceeded extends Error {
  override readonly name = 'SlotLimitExceeded';
}

/** The places of a loop for work under way, and how long each has been held. Times are milliseconds. */
export class Slots {
  private readonly held = new Set<Held>();
  private taken = 0;

  constructor(
    private readonly count: number,
    private readonly limitMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get free(): number {
    return Math.max(0, this.count - this.held.size);
  }

  sight(): Pick<LoopSight, 'slots' | 'busySlots' | 'oldestBusyMs' | 'slotLimitMs' | 'taken'> {
    const first = Math.min(...[...this.held].map(({ sinceMs }) => sinceMs));
    const oldestBusyMs = this.held.size === 0 ? 0 : this.now() - first;
    return { slots: this.count, busySlots: this.held.size, oldestBusyMs, slotLimitMs: this.limitMs, taken: this.taken };
  }

  /** Holds a slot while `work` runs. The signal is aborted when its time is over. */
  hold<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.taken++;
    const held: Held = { sinceMs: this.now(), stop: new AbortController(), ended: Promise.resolve() };
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
      if (this.now() - held.sinceMs <= this.limitMs) continue;
      held.stop.abort(this.exceeded());
      this.held.delete(held);
    }
  }

  /** Resolves when no slot is held. */
  async empty(): Promise<void> {
    await Promise.all([...this.held].map(({ ended }) => ended));
  }

  private async run<T>(held: Held, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timer = setTimeout(() => held.stop.abort(this.exceeded()), this.limitMs).unref();
    try {
      return await work(held.stop.signal);
    } finally {
      clearTimeout(timer);
      this.held.delete(held);
    }
  }

  private exceeded(): SlotLimitExceeded {
    return new SlotLimitExceeded(`It took longer than ${Math.round(this.limitMs / 1000)} s and was given up.`);
  }
}
