import type { Logger } from './logger.js';

/** What may be written of one kind within a time. */
export interface LineBounds {
  readonly lines: number;
  readonly windowMs: number;
}

const usualBounds: LineBounds = { lines: 10, windowMs: 10_000 };

/**
 * Bounds lines whose number a stranger chooses: whoever is refused quickly would fill the disk with the lines that say so. Beyond the
 * first ones of a kind they are counted, and one line at the end of the time says how many there were.
 */
export class BoundedLines {
  private readonly counts = new Map<string, number>();
  private endsAtMs = 0;
  private end: NodeJS.Timeout | undefined;

  /** @param message of the line that says what was left out */
  constructor(
    private readonly logger: Logger,
    private readonly message: string,
    private readonly bounds: LineBounds = usualBounds,
  ) {}

  /** Whether one more line is written. @param kind one of a few, never what somebody sends */
  admits(kind: string): boolean {
    if (performance.now() >= this.endsAtMs) this.begin();
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    if (count <= this.bounds.lines) return true;
    this.end ??= setTimeout(() => this.begin(), this.endsAtMs - performance.now()).unref();
    return false;
  }

  /** Says what was left out until now. */
  close(): void {
    clearTimeout(this.end);
    this.end = undefined;
    for (const [kind, count] of this.counts) {
      const leftOut = count - this.bounds.lines;
      if (leftOut > 0) this.logger.warn({ kind, leftOut, withinMs: this.bounds.windowMs }, this.message);
    }
    this.counts.clear();
  }

  private begin(): void {
    this.close();
    this.endsAtMs = performance.now() + this.bounds.windowMs;
  }
}
