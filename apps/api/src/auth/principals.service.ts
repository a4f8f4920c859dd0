import { PrincipalRepository } from '@cooperage/db';
import { FairShares } from '@cooperage/domain';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SESSION_SETTINGS, type SessionSettings } from '../app/settings.js';
import { addressGroup, addressSite } from '../http/client-address.js';
import { ApiProblem } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { tokenHash } from './api-token.js';
import { type Person, type Principal, personOf, type TokenHolder, tokenHolderOf } from './principal.js';
import { ProvenTokens } from './proven-tokens.js';
import { cookieValue, verifiedToken } from './session-cookie.js';

/** Looks at tokens that were not right lately: of all addresses, of one, and of one site. */
const looksAtOnce = { total: 64, perKey: 16, perGroup: 16 };
const maxLooksWaiting = 256;
const maxTurnMs = 5_000;

const bearer = /^Bearer +(\S+)$/i;

/** Finds out who asks, from the session cookie or the `Authorization` header, anew for every request. */
@Injectable()
export class PrincipalsService {
  /** Wrong tokens of one address (S-079), and of all networks of one IPv6 site. */
  private readonly failures = new RateLimiter({ tries: 100, windowMs: 60_000 });
  private readonly siteFailures = new RateLimiter({ tries: 400, windowMs: 60_000 });
  /** Looks at one session that has ended: its cookie is signed for ever, and a session does not come back. */
  private readonly ended = new RateLimiter({ tries: 10, windowMs: 60_000 });
  private readonly proven = new ProvenTokens();
  /** Looks at tokens that are not known: a failure counts when it is there, so few of one address are on their way. */
  private readonly looks = new FairShares(looksAtOnce, maxLooksWaiting);
  /**
   * Looks that wait for their turn, by address and token. Runners of one farm have the same token, so they share one. A look that has
   * begun is shared no more: the token may be revoked meanwhile.
   */
  private readonly waiting = new Map<string, Promise<TokenHolder | null>>();

  constructor(
    private readonly repository: PrincipalRepository,
    @Inject(SESSION_SETTINGS) private readonly settings: SessionSettings,
  ) {}

  /** @throws {ApiProblem} `unauthenticated`, also for a wrong token beside a good cookie; `rate_limited`. */
  async require(request: FastifyRequest): Promise<Principal> {
    const { authorization, cookie } = request.headers;
    const principal =
      authorization === undefined ? await this.byCookie(cookie) : await this.byHeader(authorization, request.ip);
    if (principal === null) throw new ApiProblem('unauthenticated');
    return principal;
  }

  async byCookie(header: string | undefined): Promise<Person | null> {
    const token = this.sessionToken(header);
    if (token === undefined || this.ended.waitMs(token) > 0) return null;
    const session = await this.repository.bySessionToken(token);
    if (session === null) this.ended.take(token);
    return session && personOf(session);
  }

  /**
   * A token that was right within the last hour is looked up whatever else its address sends: others share that.
   * @throws {ApiProblem} `rate_limited` when the address or its site has sent too many wrong ones; `unavailable` when no look was to be
   * had, although it has sent none
   */
  async byToken(text: string, address: string): Promise<TokenHolder | null> {
    const hash = tokenHash(text);
    if (hash !== undefined && this.proven.holderOf(hash) !== null) return this.look(hash, address);
    this.demandFewFailures(address);
    const key = `${addressGroup(address)} ${hash === undefined ? '' : Buffer.from(hash).toString('base64')}`;
    const waiting = this.waiting.get(key);
    if (!waiting) {
      const look = this.lookInTurn(hash, address, key);
      this.waiting.set(key, look);
      return look;
    }
    const holder = await waiting;
    if (holder === null) this.countFailure(address);
    return holder;
  }

  private async lookInTurn(hash: Uint8Array | undefined, address: string, key: string): Promise<TokenHolder | null> {
    const turn = AbortSignal.timeout(maxTurnMs);
    const release = await this.looks.take(addressGroup(address), turn, addressSite(address));
    this.waiting.delete(key);
    if (release === null) throw this.noLook(address);
    try {
      this.demandFewFailures(address);
      return await this.look(hash, address);
    } finally {
      release();
    }
  }

  private async look(hash: Uint8Array | undefined, address: string): Promise<TokenHolder | null> {
    const holder = hash === undefined ? null : await this.repository.byTokenHash(hash);
    if (holder === null) {
      if (hash) this.proven.forget(hash);
      this.countFailure(address);
      return null;
    }
    this.proven.add(hash!, holder.userId);
    // Whether it is noted does not decide whether the call may go on.
    void this.repository.tokenUsed(holder.tokenId).catch(() => undefined);
    return tokenHolderOf(holder);
  }

  private countFailure(address: string): void {
    this.failures.take(address);
    this.siteFailures.take(addressSite(address));
  }

  /** Where nobody was wrong, it is the database that keeps looks waiting, or the number of right tokens. */
  private noLook(address: string): ApiProblem {
    const failed = this.failures.standing(address).count + this.siteFailures.standing(addressSite(address)).count;
    if (failed > 0) return new ApiProblem('rate_limited', { retryAfterSeconds: 1 });
    const detail = 'Too many tokens are being looked up. Try again in a moment.';
    return new ApiProblem('unavailable', { detail, retryAfterSeconds: 2 });
  }

  /** Whose token this was when it was looked up last, within the last hour; null where that is not known. Asks nobody. */
  lastHolderOf(text: string): string | null {
    const hash = tokenHash(text);
    return hash === undefined ? null : this.proven.holderOf(hash);
  }

  private demandFewFailures(address: string): void {
    const waitMs = Math.max(this.failures.waitMs(address), this.siteFailures.waitMs(addressSite(address)));
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
  }

  private async byHeader(authorization: string, address: string): Promise<Principal | null> {
    const text = bearer.exec(authorization)?.[1];
    return text === undefined ? null : this.byToken(text, address);
  }

  /** Undefined without a cookie that we have signed. Whether the session still goes on is not known. */
  sessionToken(header: string | undefined): string | undefined {
    const { cookie, secretKeys } = this.settings;
    return verifiedToken(cookieValue(header, cookie.name), secretKeys);
  }
}
