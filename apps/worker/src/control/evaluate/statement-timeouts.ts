import type { EvaluationRepository } from '@cooperage/db';
import { GrowingPauses } from './growing-pauses.js';

/** Longest write of a note while the database is in order, in milliseconds: a fifth of the statement timeout. */
const quickWriteMs = 1_000;
/** Most deliveries in memory. The next try of a forgotten delivery is compared only with successes during that try. */
const maxDeliveries = 10_000;

const note = 'The database took too long for this push. It is looked at again, with pauses of up to three minutes.';

/**
 * Tells an expensive delivery from a database that is slow for all deliveries (ADR 43). A try that ended by a statement timeout counts only
 * if the evaluation of another delivery was written since the try before, and if the database writes quickly now. The state is in memory: a
 * control that starts compares with what happens from then on.
 */
export class StatementTimeouts {
  /** How many evaluations this control has written. */
  private successes = 0;
  /** By delivery: how many successes there were at its last statement timeout. */
  private readonly lastTimeouts = new Map<string, number>();
  private readonly pauses = new GrowingPauses();

  constructor(
    private readonly evaluations: Pick<EvaluationRepository, 'markSlow'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Starts a try. @returns the `since` of `countsAsFailure` */
  startTry(deliveryId: string): number {
    return this.lastTimeouts.get(deliveryId) ?? this.successes;
  }

  /**
   * Records that the evaluation of a delivery was written, or found no room. A delivery that ends without verdicts is no success: the slow
   * statements may be those that it does not need (V13B-2).
   */
  recordSuccess(deliveryId: string): void {
    this.forget(deliveryId);
    this.successes++;
  }

  /** Forgets a delivery that ended in another way. That is no success. */
  forget(deliveryId: string): void {
    this.lastTimeouts.delete(deliveryId);
    this.pauses.reset(deliveryId);
  }

  /** Writes the reason of the wait to the delivery. @returns true if the delivery is the reason for its statement timeout */
  async countsAsFailure(deliveryId: string, since: number): Promise<boolean> {
    const othersSucceeded = this.successes > since;
    this.lastTimeouts.delete(deliveryId);
    this.lastTimeouts.set(deliveryId, this.successes);
    if (this.lastTimeouts.size > maxDeliveries) this.forget(this.lastTimeouts.keys().next().value!);
    return (await this.writesQuickly(deliveryId)) && othersSucceeded;
  }

  /** The pause after a statement timeout that does not count. It doubles with each one in a row. */
  pauseMs(deliveryId: string): number {
    return this.pauses.next(deliveryId);
  }

  /** Begins the pauses of a delivery anew: its try ended, for now, without a statement timeout. */
  resetPause(deliveryId: string): void {
    this.pauses.reset(deliveryId);
  }

  private async writesQuickly(deliveryId: string): Promise<boolean> {
    const startedAt = this.now();
    try {
      await this.evaluations.markSlow(deliveryId, note);
      return this.now() - startedAt <= quickWriteMs;
    } catch {
      return false;
    }
  }
}
