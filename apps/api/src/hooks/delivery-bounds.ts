import type { IntakeRepository } from '@cooperage/db';
import { RateLimiter } from '../http/rate-limiter.js';

export interface BoundLimits {
  /** Most deliveries of one project that wait for their evaluation. */
  readonly mostWaiting: number;
  /** Most proven deliveries of one project in a minute, those that start nothing included. */
  readonly perMinute: number;
}

/** A monorepo that pushes a thousand branches at once is far below both. */
const usualLimits: BoundLimits = { mostWaiting: 5_000, perMinute: 6_000 };

/**
 * For how long a count holds; what this process lets in meanwhile is added. Far below the bound it holds for longer: a count
 * each second of 200 busy projects cost the database a quarter of what it did for webhooks.
 */
const keepMs = { near: 1_000, far: 10_000 };
const maxEntries = 10_000;

export interface BoundRefusal {
  readonly code: 'rate_limited';
  /** For a person. */
  readonly message: string;
  readonly retryAfterSeconds: number;
}

interface Counted {
  readonly readAtMs: number;
  readonly waiting: Promise<number>;
  /** What was counted, once it is there. */
  known: number | null;
  added: number;
}

/**
 * Bounds what one project may leave waiting. A proof shows who calls and not that all of it is needed: each delivery says "look at
 * the git host", so what comes on top of thousands that wait tells nothing new. What was accepted is never dropped.
 */
export class DeliveryBounds {
  private readonly counted = new Map<string, Counted>();
  private readonly rate: RateLimiter;

  constructor(
    private readonly deliveries: Pick<IntakeRepository, 'unevaluated'>,
    private readonly limits: BoundLimits = usualLimits,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.rate = new RateLimiter({ tries: limits.perMinute, windowMs: 60_000 }, nowMs);
  }

  /** Counts a proven call. @param waits whether it will wait for its evaluation. @returns why it has to come later; null to go on */
  async refusalOf(projectId: string, waits: boolean): Promise<BoundRefusal | null> {
    const { mostWaiting, perMinute } = this.limits;
    const waitMs = this.rate.take(projectId);
    if (waitMs > 0)
      return refusal(`One project may send ${perMinute} deliveries in a minute.`, Math.ceil(waitMs / 1000));
    if (!waits) return null;
    const counted = this.of(projectId);
    if ((await counted.waiting) + counted.added >= mostWaiting)
      return refusal(`${mostWaiting} deliveries of this project wait for their evaluation already.`, 60);
    counted.added++;
    return null;
  }

  private of(projectId: string): Counted {
    const known = this.counted.get(projectId);
    if (known && known.readAtMs + this.keepMsOf(known) > this.nowMs()) return known;
    if (this.counted.size >= maxEntries) this.counted.clear();
    const waiting = this.deliveries.unevaluated(projectId, this.limits.mostWaiting);
    const counted: Counted = { readAtMs: this.nowMs(), waiting, known: null, added: 0 };
    this.counted.set(projectId, counted);
    waiting.then(
      (count) => {
        counted.known = count;
      },
      () => this.counted.delete(projectId),
    );
    return counted;
  }

  private keepMsOf({ known, added }: Counted): number {
    return known !== null && (known + added) * 2 < this.limits.mostWaiting ? keepMs.far : keepMs.near;
  }
}

function refusal(what: string, retryAfterSeconds: number): BoundRefusal {
  const message = `${what} Nothing that was accepted is lost. Send this one again later, or replay the newest delivery.`;
  return { code: 'rate_limited', message, retryAfterSeconds };
}
