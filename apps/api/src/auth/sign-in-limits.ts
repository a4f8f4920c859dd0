import { createHash } from 'node:crypto';
import { addressGroup } from '../http/client-address.js';
import { tellAllowance } from '../http/rate-limit-headers.js';
import { type SharedRateLimit, type SharedRateLimits, tooManyTries } from '../http/shared-rate-limits.js';

const minuteMs = 60_000;

/** Addresses from which a person has signed in before. */
export interface KnownAddresses {
  has(email: string, address: string): Promise<boolean>;
}

/**
 * Bounds on guessing passwords (S-079): tight for one account from one address, wider for an address that tries many
 * accounts, widest for one account from everywhere. Beyond the last one only addresses are let through from which the person has
 * signed in before: tries from many addresses slow the guessing down and do not lock the person out.
 */
export class SignInLimits {
  private readonly pair: SharedRateLimit;
  private readonly address: SharedRateLimit;
  private readonly account: SharedRateLimit;
  private readonly change: SharedRateLimit;

  constructor(
    limits: SharedRateLimits,
    private readonly known: KnownAddresses,
  ) {
    this.pair = limits.limit('sign-in pair', { tries: 10, windowMs: 10 * minuteMs });
    this.address = limits.limit('sign-in address', { tries: 50, windowMs: 10 * minuteMs });
    this.account = limits.limit('sign-in account', { tries: 200, windowMs: 60 * minuteMs });
    this.change = limits.limit('change-password', { tries: 10, windowMs: 10 * minuteMs });
  }

  /**
   * Counts one try, known account or not. What is refused makes no further key: strangers choose what keys there are, and the store
   * that holds them serves the queues as well.
   * @throws {ApiProblem} `rate_limited`.
   */
  async take(email: string, address: string): Promise<void> {
    const everything = await this.address.count(address);
    tellAllowance(everything);
    if (everything.waitMs > 0) throw tooManyTries(everything);
    // What others try with the same account is nobody's business.
    const account = await this.account.count(accountBucket(email));
    if (account.waitMs > 0 && !(await this.known.has(email, address))) throw tooManyTries(account);
    const pair = await this.pair.count(pairKey(email, address));
    if (pair.left <= everything.left) tellAllowance(pair);
    if (pair.waitMs > 0) throw tooManyTries(pair);
  }

  /** Counts one try at the password of somebody who is signed in. @throws {ApiProblem} `rate_limited`. */
  async takeChange(userId: string): Promise<void> {
    await this.change.demand(userId);
  }

  /** A right password: earlier slips of this person from here do not count any more. */
  async succeeded(email: string, address: string): Promise<void> {
    await this.pair.forget(pairKey(email, address));
  }
}

function pairKey(email: string, address: string): string {
  return `${accountHash(email).toString('base64url')} ${addressGroup(address)}`;
}

/** One of 262,144 keys: about 30 MB in the store. Accounts that share one share its bound, which is wide. */
function accountBucket(email: string): string {
  return String(accountHash(email).readUInt32BE() >>> 14);
}

function accountHash(email: string): Buffer {
  return createHash('sha256').update(email.trim().toLowerCase()).digest();
}
