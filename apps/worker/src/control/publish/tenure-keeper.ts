import type { Tenure, TenureRepository } from '@cooperage/db';

/** Seconds between the end of a token and the end of the tenure in whose name it was minted. */
const marginSeconds = 2;

/** Renews a tenure while it is used, and knows for how much longer a token minted now may live. */
export class TenureKeeper {
  private endsAt: number;
  private readonly timer: NodeJS.Timeout;
  private readonly lost = new AbortController();

  /** @param askedAt monotonic milliseconds at which the tenure was asked for */
  constructor(
    readonly tenure: Tenure,
    askedAt: number,
    private readonly tenures: Pick<TenureRepository, 'renew'>,
  ) {
    this.endsAt = askedAt + tenure.leaseMs;
    this.timer = setInterval(() => void this.renew(), tenure.leaseMs / 3);
  }

  /** Aborted when the tenure is over before its work is. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /**
   * Whole seconds of life for a token. A process that was paused finds nothing left here; one that was paused with a token
   * in its hand finds the registry refusing it.
   * @throws {Error} when the tenure is over
   */
  remainingSeconds(): number {
    const seconds = Math.floor((this.endsAt - performance.now()) / 1000) - marginSeconds;
    if (seconds >= 1 && !this.signal.aborted) return seconds;
    this.lost.abort();
    throw new Error('the publisher tenure is over');
  }

  /** Whatever still runs of the work gets no token any more. */
  close(): void {
    clearInterval(this.timer);
    this.lost.abort();
  }

  private async renew(): Promise<void> {
    const askedAt = performance.now();
    try {
      if (await this.tenures.renew(this.tenure)) this.endsAt = askedAt + this.tenure.leaseMs;
      else this.lost.abort();
    } catch {
      if (performance.now() > this.endsAt) this.lost.abort();
    }
  }
}
