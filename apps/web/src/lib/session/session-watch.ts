/** Whether a session is there; null when nobody can tell now. */
export type SessionProbe = () => Promise<boolean | null>;

/**
 * Knows when the session of this tab has ended in the middle of work. Whoever was refused waits here until somebody has
 * signed in again, so that what was typed stays and what was asked for is asked once more.
 */
export class SessionWatch {
  private ended = false;
  private leaving = false;
  private asking: Promise<boolean | null> | null = null;
  private readonly listeners = new Set<() => void>();
  private waiting: ((restored: boolean) => void)[] = [];

  constructor(private readonly probe: SessionProbe) {}

  readonly isEnded = (): boolean => this.ended;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /**
   * Something was refused for want of a session. @returns whether it is worth asking again: somebody has signed in. Where
   * nobody could show that the session is over, or the session is well, the refusal stands.
   */
  async refused(): Promise<boolean> {
    if (this.leaving || this.listeners.size === 0) return false;
    if (!this.ended) {
      if ((await this.look()) !== false) return false;
      this.change(true);
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Whether somebody has signed in meanwhile, here or in another tab. */
  async lookAgain(): Promise<void> {
    if (this.ended && (await this.look()) === true) this.restored();
  }

  restored(): void {
    this.change(false);
    this.settle(true);
  }

  /** The person would rather read on; the next refusal asks again. */
  dismissed(): void {
    this.change(false);
    this.settle(false);
  }

  /** The session ends because its owner wants it to. */
  leave(): void {
    this.leaving = true;
  }

  private look(): Promise<boolean | null> {
    this.asking ??= this.probe().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private settle(restored: boolean): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve(restored);
  }

  private change(ended: boolean): void {
    if (this.ended === ended) return;
    this.ended = ended;
    for (const listener of this.listeners) listener();
  }
}
