import { setTimeout as sleep } from 'node:timers/promises';
import { BuildFailure } from '@cooperage/domain';

export interface RetryNotice {
  /** The try that just failed, from 1. */
  readonly failedTry: number;
  readonly waitMs: number;
  readonly reason: BuildFailure;
}

export interface RetryOptions {
  /** Waits between tries; one try more than there are waits. */
  readonly delaysMs: readonly number[];
  /** No new try starts after this long. */
  readonly withinMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
}

/** Tries again what failed for a reason that passes by itself (`SourceUnavailable`). */
export async function retrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const startedAt = performance.now();
  for (let failedTry = 1; ; failedTry++) {
    try {
      return await work();
    } catch (error) {
      const waitMs = options.delaysMs[failedTry - 1];
      const isPassing = error instanceof BuildFailure && error.code === 'SourceUnavailable';
      if (!isPassing || waitMs === undefined) throw error;
      if (performance.now() - startedAt + waitMs > options.withinMs) throw error;
      options.onRetry?.({ failedTry, waitMs, reason: error });
      await sleep(waitMs, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {});
      options.signal?.throwIfAborted();
    }
  }
}
