import { FairShares, type GroupedLimits, type Release } from '@cooperage/domain';
import { callerGone } from './held-slots.js';
import { ApiProblem } from './problem.js';
import { type WaitingCaller, waitWhileHere } from './wait-for-share.js';

/** Longest wait for what a page shows. The server of the pages gives up after 10 s, and then shows no word of ours. */
export const pageWaitMs = 5_000;

export interface SlotSettings extends GroupedLimits {
  /** How long a request waits for a slot. 0 does not wait. */
  readonly maxWaitMs: number;
  /** Most requests of one organization that wait; of one group as well where keys belong to groups. */
  readonly maxWaiting: number;
}

/** Slots of this process for one kind of work, shared between organizations: none holds the last one. */
export class SharedSlots {
  private readonly shares: FairShares;

  /**
   * @param what the work, in the plural, for the person who is told to come back
   * @param holder what a key stands for
   */
  constructor(
    private readonly what: string,
    private readonly settings: SlotSettings,
    private readonly holder: 'organization' | 'person' = 'organization',
  ) {
    this.shares = new FairShares(settings, settings.maxWaiting);
  }

  /**
   * @param group whose share the key belongs to; without it the key is a group of its own
   * @param maxWaitMs for a request that cannot wait as long as others
   * @param caller ends the wait when it goes
   * @returns the function that gives the slot back
   * @throws {ApiProblem} `rate_limited` while the organization has its share, or all slots are taken
   */
  async take(key: string, group = key, maxWaitMs = this.settings.maxWaitMs, caller?: WaitingCaller): Promise<Release> {
    const { perKey, perGroup } = this.settings;
    const take = (waits: AbortSignal) => this.shares.take(key, waits, group);
    let release: Release | null | 'full' | 'gone';
    if (maxWaitMs === 0) release = this.shares.tryTake(key, group);
    else if (caller) release = await waitWhileHere(take, caller, maxWaitMs);
    else release = await take(AbortSignal.timeout(maxWaitMs));
    if (release === 'gone') throw callerGone();
    if (release && release !== 'full') return release;
    const ofGroup = this.holder === 'person' && perGroup !== undefined ? `, and one organization ${perGroup}` : '';
    throw new ApiProblem('rate_limited', {
      detail: `Too many ${this.what} are under way. One ${this.holder} may have ${perKey} at once${ofGroup}. Try again in a moment.`,
      retryAfterSeconds: Math.max(1, Math.ceil(maxWaitMs / 1000)),
    });
  }

  /** Whether `take` would not wait now. */
  isFree(key: string, group = key): boolean {
    return this.shares.free(key, group) > 0;
  }

  /**
   * Does `work` in a slot, which is given back however it ends: also where it throws before it has made a promise.
   * @throws {ApiProblem} as `take`
   */
  async during<T>(work: () => Promise<T>, key: string, group = key): Promise<T> {
    const release = await this.take(key, group);
    try {
      return await work();
    } finally {
      release();
    }
  }
}
