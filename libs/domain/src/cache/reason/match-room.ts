/** The sources of a step and its context are more work than is left for them. */
export class MatchTooCostly extends Error {
  override readonly name = 'MatchTooCostly';
}

/** For one entry, which is one piece of work: some milliseconds. */
const mostForEntry = 1_000_000;

/** What the matching of sources against a context may still take, in comparisons of a pattern with a character. */
export class MatchRoom {
  private least = 0;

  constructor(private left: number) {}

  get comparisonsLeft(): number {
    return Math.max(0, this.left);
  }

  /** From here on it is about another entry. */
  nextEntry(): void {
    this.least = Math.max(0, this.left - mostForEntry);
  }

  /** @throws {MatchTooCostly} and counts all that was left as taken */
  take(comparisons: number): void {
    this.left -= comparisons;
    if (this.left >= this.least) return;
    this.left = 0;
    throw new MatchTooCostly('the sources of a step are too much work');
  }
}
