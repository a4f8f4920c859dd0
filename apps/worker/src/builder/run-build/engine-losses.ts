import { setTimeout as delay } from 'node:timers/promises';
import { BuildFailure, isLossInOwnWork } from '@cooperage/domain';

/** How long builds in an engine may take to notice that it has ended, milliseconds. */
const sameLossMs = 5_000;
/** How long an engine may still work at a build that was stopped, milliseconds. Some of its work ignores a stop. */
const stoppedWorkMs = 60_000;

/** With whom a build lost its engine. */
export interface LossCompany {
  /** Builds that were in it as well. */
  readonly others: number;
  /** Whether the engine read, fetched or unpacked for this one alone, as far as they know by their losses. */
  readonly isOnlySuspect: boolean;
}

/** One moment at which the engine was lost. */
interface Loss {
  readonly atMs: number;
  readonly others: number;
  suspects: number;
  /** Resolves when all that were in it have left, or have had the time to. */
  readonly over: Promise<unknown>;
}

interface Stay {
  loss: Loss | null;
  readonly left: PromiseWithResolvers<void>;
}

/**
 * Compares the builds that lose an engine together. Which of them may have ended it is known when each has said what the
 * engine did for it.
 */
export class EngineLosses {
  private readonly inside = new Set<Stay>();
  private readonly losses = new WeakMap<BuildFailure, Loss>();
  private lastStoppedAtMs = Number.NEGATIVE_INFINITY;

  /** @param isOurs whether the engine was away at that moment because this builder had it ended */
  constructor(
    private readonly isOurs: (atMs: number) => boolean = () => false,
    private readonly sameMs = sameLossMs,
  ) {}

  /** Runs a build in the engine. @param signal that stops it @throws what `work` throws */
  async during<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const stay: Stay = { loss: null, left: Promise.withResolvers() };
    this.inside.add(stay);
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) this.lastStoppedAtMs = performance.now();
      else if (error instanceof BuildFailure && error.code === 'EngineUnavailable') this.note(stay, error);
      throw error;
    } finally {
      this.inside.delete(stay);
      stay.left.resolve();
    }
  }

  /** Waits until the others have said theirs. @param failure as `during` has thrown it; of another one no company is known */
  async company(failure: BuildFailure): Promise<LossCompany> {
    const loss = this.losses.get(failure);
    const others = loss?.others ?? 0;
    if (!isLossInOwnWork(failure)) return { others, isOnlySuspect: false };
    if (!loss) return { others, isOnlySuspect: true };
    if (this.isOurs(loss.atMs)) return { others, isOnlySuspect: false };
    await loss.over;
    // A build that is canceled when it has begun to end the engine is not in it any more when that ends.
    const wasOneStopped = this.lastStoppedAtMs > loss.atMs - stoppedWorkMs;
    return { others, isOnlySuspect: loss.suspects === 1 && !wasOneStopped };
  }

  private note(stay: Stay, failure: BuildFailure): void {
    const { loss: noticed } = stay;
    const loss = noticed && performance.now() - noticed.atMs < this.sameMs ? noticed : this.begin();
    if (isLossInOwnWork(failure)) loss.suspects += 1;
    this.losses.set(failure, loss);
  }

  private begin(): Loss {
    const all = [...this.inside];
    const allLeft = Promise.all(all.map(({ left }) => left.promise));
    const over = Promise.race([allLeft, delay(this.sameMs, undefined, { ref: false })]);
    const loss: Loss = { atMs: performance.now(), others: all.length - 1, suspects: 0, over };
    for (const each of all) each.loss = loss;
    return loss;
  }
}
