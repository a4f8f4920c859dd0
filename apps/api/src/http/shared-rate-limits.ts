import { isIP } from 'node:net';
import type { Logger } from '@cooperage/telemetry';
import { addressGroup, addressSite } from './client-address.js';
import { ApiProblem } from './problem.js';
import { tellAllowance } from './rate-limit-headers.js';
import type { RateLimit } from './rate-limiter.js';
import { type CountStore, SharedTries, type Taken } from './shared-tries.js';
import { StoredAddresses } from './stored-addresses.js';

export type { CountStore } from './shared-tries.js';

/** A site has as many tries as so many of its networks. */
const networksOfSite = 4;
/** Addresses and sites of one limit that one process puts into the store: 210 bytes each. */
const mostAddresses = 20_000;

/** Makes the limits that hold over all `api` processes together (docs/adr/0010). */
export class SharedRateLimits {
  constructor(
    private readonly store: CountStore,
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly nowMs: () => number = Date.now,
    private readonly mostStored = mostAddresses,
  ) {}

  /** @param name unique among the limits of the installation */
  limit(name: string, limit: RateLimit): SharedRateLimit {
    const stored = new StoredAddresses(this.mostStored, limit.windowMs, this.nowMs);
    const ofSite = { ...limit, tries: limit.tries * networksOfSite };
    return new SharedRateLimit(this.tries(name, limit), this.tries(`${name} of a site`, ofSite), stored);
  }

  private tries(name: string, limit: RateLimit): SharedTries {
    return new SharedTries(name, limit, this.store, this.nowMs, (error) =>
      this.logger.warn({ err: error, limit: name }, 'tries are counted by this process alone'),
    );
  }
}

/** Tries by key. A key that is an address counts as `addressGroup` says, and for its site before. */
export class SharedRateLimit {
  constructor(
    private readonly tries: SharedTries,
    private readonly ofSite: SharedTries,
    private readonly stored: StoredAddresses,
  ) {}

  /** Counts one try. @returns 0 when it may go on, else the milliseconds until it may. */
  async take(key: string): Promise<number> {
    return (await this.count(key)).waitMs;
  }

  /**
   * Counts one try. A site chooses among 65,536 IPv6 networks, each of which counts as one address: one that is refused for its site
   * makes no further key.
   */
  async count(key: string): Promise<Taken> {
    if (isIP(key) === 0) return this.tries.count(key);
    const [site, group] = [addressSite(key), addressGroup(key)];
    const ofSite = site === group ? null : await this.ofSite.count(site, this.stored.admit(site));
    if (ofSite && ofSite.waitMs > 0) return ofSite;
    const own = await this.tries.count(group, this.stored.admit(group));
    return ofSite && own.waitMs === 0 && ofSite.left < own.left ? ofSite : own;
  }

  /**
   * Counts one try, and says on the answer how many are left.
   * @param detail a sentence for a person, when the title does not say enough
   * @throws {ApiProblem} `rate_limited`.
   */
  async demand(key: string, detail?: string): Promise<void> {
    const taken = await this.count(key);
    tellAllowance(taken);
    if (taken.waitMs > 0) throw tooManyTries(taken, detail);
  }

  /** @param key no address: that of a site would have to be forgotten too. */
  async forget(key: string): Promise<void> {
    await this.tries.forget(key);
  }
}

/** What a try that has to wait is answered with. */
export function tooManyTries({ limit: { tries, windowMs }, waitMs }: Taken, detail?: string): ApiProblem {
  return new ApiProblem('rate_limited', {
    ...(detail !== undefined && { detail }),
    retryAfterSeconds: Math.ceil(waitMs / 1000),
    rateLimit: { tries, windowSeconds: windowMs / 1000 },
  });
}
