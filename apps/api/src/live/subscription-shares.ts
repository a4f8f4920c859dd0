import { inShareOf } from '../http/caller.js';
import { ApiProblem } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { SharedSlots } from '../http/shared-slots.js';
import { maxConnectionsOfPerson, maxSubscriptions } from './subscription-room.js';

/** As requests of one person, but all that their pages may follow waits: they ask for it at once after a restart. A page gives up waiting for an answer after five seconds. */
const slots = { total: 1_024, perKey: 16, maxWaitMs: 4_000, maxWaiting: maxConnectionsOfPerson * maxSubscriptions };
/** All that the pages of one person may follow, asked for anew by all of them at once, is half of it. */
const rate = { tries: 3_000, windowMs: 60_000 };

/** Bounds what the pages of one person subscribe to together: at once, and in a minute. */
export class SubscriptionShares {
  private readonly slots = new SharedSlots('subscriptions', slots, 'person');
  private readonly asked = new RateLimiter(rate);

  /**
   * Does `work` as the person, in whose share of the database its statements are, and those of a log that it begins to send.
   * @throws {ApiProblem} `rate_limited`
   */
  async run<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const waitMs = this.asked.take(userId);
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    return this.slots.during(() => inShareOf(userId, work), userId);
  }
}
