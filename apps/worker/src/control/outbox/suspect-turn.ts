/** A turn is for finding out whether the work ends its process. What goes on for longer than that lets the next one in. */
const usualTurnMs = 60_000;

/**
 * Lets in one piece of work at a time of those that were under way when a process ended. Only the one that is in is counted
 * again if this process ends, too.
 */
export class SuspectTurn {
  private enteredAt: number | null = null;

  constructor(
    private readonly turnMs = usualTurnMs,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @returns what to call at its end; null while it is the turn of another */
  enter(): (() => void) | null {
    const at = this.now();
    if (this.enteredAt !== null && at - this.enteredAt < this.turnMs) return null;
    this.enteredAt = at;
    return () => {
      if (this.enteredAt === at) this.enteredAt = null;
    };
  }
}
