import { createHash } from 'node:crypto';
import { tellAllowance } from '../http/rate-limit-headers.js';
import type { SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';

const minuteMs = 60_000;

/**
 * Bounds on guessing passwords (S-079): tight for one account from one address, wider for an address that tries many
 * accounts, widest for one account from everywhere, so that a stranger cannot easily lock a person out.
 */
export class SignInLimits {
  private readonly pair: SharedRateLimit;
  private readonly address: SharedRateLimit;
  private readonly account: SharedRateLimit;

  constructor(limits: SharedRateLimits) {
    this.pair = limits.limit('sign-in pair', { tries: 10, windowMs: 10 * minuteMs });
    this.address = limits.limit('sign-in address', { tries: 50, windowMs: 10 * minuteMs });
    this.account = limits.limit('sign-in account', { tries: 200, windowMs: 60 * minuteMs });
  }

  /** Counts one try, known account or not. @throws {ApiProblem} `rate_limited`. */
  async take(email: string, address: string): Promise<void> {
    const account = accountKey(email);
    const taken = await Promise.all([
      this.pair.count(`${account} ${address}`),
      this.address.count(address),
      this.account.count(account),
    ]);
    const [pair, everything] = taken;
    // What others try with the same account is nobody's business.
    tellAllowance(pair.left <= everything.left ? pair : everything);
    const waitMs = Math.max(...taken.map((each) => each.waitMs));
    const longest = taken.findIndex((each) => each.waitMs === waitMs);
    if (waitMs > 0) throw [this.pair, this.address, this.account][longest]!.refusal(waitMs);
  }

  /** A right password: earlier slips of this person from here do not count any more. */
  async succeeded(email: string, address: string): Promise<void> {
    await this.pair.forget(`${accountKey(email)} ${address}`);
  }
}

function accountKey(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
}
