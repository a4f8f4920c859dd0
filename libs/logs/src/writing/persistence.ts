import { Wake } from '../wake.js';

const firstDelayMs = 50;
const longestDelayMs = 1_000;

/** Repeats a call to the store until it answers, with growing pauses; a builder outlives an outage of the store. */
export class Persistence {
  private readonly stopped = new Wake();
  private isStopped = false;
  private failureCount = 0;

  constructor(private readonly onError: (error: unknown) => void) {}

  /** Calls that threw so far. */
  get failures(): number {
    return this.failureCount;
  }

  /** The call's answer, or `undefined` once stopped. The call must be safe to repeat. */
  async until<T>(call: () => Promise<T>): Promise<T | undefined> {
    for (let delayMs = firstDelayMs; !this.isStopped; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
      try {
        return await call();
      } catch (error) {
        this.failureCount++;
        this.onError(error);
        // Many builders lose the same store at once; jitter keeps them from coming back as one.
        if (!this.isStopped) await this.stopped.wait(delayMs * (0.5 + Math.random() / 2));
      }
    }
    return undefined;
  }

  stop(): void {
    this.isStopped = true;
    this.stopped.wake();
  }
}
