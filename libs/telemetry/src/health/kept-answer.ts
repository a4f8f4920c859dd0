/** One answer for all who ask for the same: it is found out once at a time, and then not again for `keptMs`. */
export class KeptAnswer<T> {
  private kept: Promise<T> | undefined;
  private expired: Promise<void> = Promise.resolve();

  constructor(
    private readonly keptMs: number,
    private readonly ask: () => Promise<T>,
  ) {}

  /** The answer under way, or the last one until `keptMs` after its end. */
  latest(): Promise<T> {
    if (this.kept) return this.kept;
    const kept = this.ask();
    this.kept = kept;
    this.expired = kept
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => new Promise<void>((resolve) => void setTimeout(resolve, this.keptMs).unref()))
      .then(() => {
        this.kept = undefined;
      });
    return kept;
  }

  /** An answer that was begun after this call, so it knows of everything that was before it. */
  async next(): Promise<T> {
    if (this.kept) await this.expired;
    return this.latest();
  }
}
