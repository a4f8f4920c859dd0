/** Thrown where patterns would take more work than they may. */
export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

/** Steps after which work in slices lets go: a fraction of a millisecond. */
const stepsPerSlice = 65_536;

/**
 * Bounds what patterns may cost. A step is a few nanoseconds: 32 positions of a pattern compared with one character, or one
 * comparison of two short texts.
 */
export class MatchWork {
  private spent = 0;
  private slice = 0;

  constructor(private readonly most: number) {}

  static unbounded(): MatchWork {
    return new MatchWork(Number.POSITIVE_INFINITY);
  }

  get steps(): number {
    return this.spent;
  }

  /** @throws {TooMuchWork} beyond the bound; nothing more may be spent then */
  spend(steps: number): void {
    this.spent += steps;
    if (this.spent > this.most) throw new TooMuchWork('the patterns take too much work');
  }

  /** Whether a slice is over since it was last asked. */
  isSliceOver(): boolean {
    if (this.spent - this.slice < stepsPerSlice) return false;
    this.slice = this.spent;
    return true;
  }
}
