import { createHash } from 'node:crypto';
import { ApiProblem } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';

const minuteMs = 60_000;

/**
 * Bounds on guessing passwords (S-079): tight for one account from one address, wider for an address that tries many
 * accounts, widest for one account from everywhere, so that a stranger cannot easily lock a person out.
 */
export class SignInLimits {
  private readonly pair: RateLimiter;
  private readonly address: RateLimiter;
  private readonly account: RateLimiter;

  constructor(nowMs: () => number = Date.now) {
    this.pair = new RateLimiter({ tries: 10, windowMs: 10 * minuteMs }, nowMs);
    this.address = new RateLimiter({ tries: 50, windowMs: 10 * minuteMs }, nowMs);
    this.account = new RateLimiter({ tries: 200, windowMs: 60 * minuteMs }, nowMs);
  }

  /** Counts one try, known account or not. @throws {ApiProblem} `rate_limited`. */
  take(email: string, address: string): void {
    const account = accountKey(email);
    const waits = [this.pair.take(`${account} ${address}`), this.address.take(address), this.account.take(account)];
    const waitMs = Math.max(...waits);
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
  }

  /** A right password: earlier slips of this person from here do not count any more. */
  succeeded(email: string, address: string): void {
    this.pair.forget(`${accountKey(email)} ${address}`);
  }
}

function accountKey(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
}
