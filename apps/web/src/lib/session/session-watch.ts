/** Whose session is there, by mail address; false for none, null when nobody can tell now. */
export type SessionProbe = () => Promise<string | false | null>;

/** How long what was seen of a session is good enough not to ask again, in milliseconds. */
export const takenForWellMs = 30_000;

/**
 * Knows when the session of this tab has ended in the middle of work. Whoever was refused waits here until somebody has
 * signed in again, so that what was typed stays and what was asked for is asked once more.
 */
export class SessionWatch {
  private ended = false;
  private leaving = false;
  private readsOn = false;
  private lookedAt: number;
  private asking: ReturnType<SessionProbe> | null = null;
  private readonly listeners = new Set<() => void>();
  private waiting: ((restored: boolean) => void)[] = [];

  /** `now` in milliseconds. Who opens a page has a session: it was made for them. */
  constructor(
    private readonly probe: SessionProbe,
    private readonly now: () => number,
  ) {
    this.lookedAt = now();
  }

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

  /**
   * Somebody comes back to the tab, or begins to do something: the session may have ended since, and whoever has to sign in
   * again learns it before they type. However often it is called, it asks once in {@link takenForWellMs}.
   */
  async attended(): Promise<void> {
    if (this.leaving || this.ended || this.readsOn || this.listeners.size === 0) return;
    if (this.now() - this.lookedAt < takenForWellMs) return;
    if ((await this.look()) === false && !this.readsOn) this.change(true);
  }

  /**
   * Whether somebody has signed in meanwhile, here or in another tab. What was refused is asked for once more where it is the
   * same person: nobody else's session does it (R15A-5).
   * @returns another person who has, for whom this page was not made; nothing where there is none
   */
  async lookAgain(email: string): ReturnType<SessionProbe> {
    const who = this.ended && (await this.look());
    if (who !== email) return who;
    this.restored();
    return null;
  }

  restored(): void {
    this.lookedAt = this.now();
    this.readsOn = false;
    this.change(false);
    this.settle(true);
  }

  /** The person would rather read on; the next refusal asks again, nothing else does. */
  dismissed(): void {
    this.readsOn = true;
    this.change(false);
    this.settle(false);
  }

  /** The session ends because its owner wants it to. */
  leave(): void {
    this.leaving = true;
  }

  private look(): ReturnType<SessionProbe> {
    this.asking ??= this.probe().finally(() => {
      this.asking = null;
      // Whatever the answer: where nobody can tell, asking at each key would not help.
      this.lookedAt = this.now();
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
