import type { IncomingHttpHeaders } from 'node:http';
import { FairShares } from '@cooperage/domain';
import { type DeliveryResult, readDelivery } from '@cooperage/forges';
import { addressGroup } from '../http/client-address.js';
import { ApiProblem } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { noRoom } from './receive-body.js';

export interface HookCall {
  readonly projectId: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: Uint8Array;
  readonly address: string;
}

export interface JudgeLimits {
  /** Bodies up to this length are judged at once. */
  readonly shortBytes: number;
  /** Longer bodies that are judged at the same time: of all callers, and of one address. */
  readonly longBodies: { readonly total: number; readonly perKey: number };
  /** Most long bodies of one address that wait for their turn, and for how long. */
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  /** Bytes that go through a hash, times secrets, for long bodies of one address to one project that prove nothing, in a minute. */
  readonly unprovenBytesPerMinute: number;
}

const usualLimits: JudgeLimits = {
  shortBytes: 256 * 1024,
  longBodies: { total: 2, perKey: 1 },
  maxWaiting: 8,
  maxWaitMs: 5_000,
  unprovenBytesPerMinute: 512 * 1024 * 1024,
};

/**
 * Decides whether webhook calls are proven. Anybody can make us hash a long body by each secret of a project, so long bodies
 * take turns, and an address whose long bodies prove nothing to a project has to stop there for a while: a forge has one address
 * for all of its projects. Short ones are always judged.
 */
export class DeliveryJudge {
  private readonly turns: FairShares;
  private readonly unproven: RateLimiter;

  constructor(private readonly limits: JudgeLimits = usualLimits) {
    this.turns = new FairShares(limits.longBodies, limits.maxWaiting);
    this.unproven = new RateLimiter({ tries: limits.unprovenBytesPerMinute, windowMs: 60_000 });
  }

  /** @throws {ApiProblem} `rate_limited` or `unavailable`, for long bodies only */
  async judge({ projectId, headers, rawBody, address }: HookCall, secrets: readonly string[]): Promise<DeliveryResult> {
    const read = () => readDelivery({ headers, rawBody, secrets, now: new Date() });
    if (rawBody.length <= this.limits.shortBytes) return read();
    const caller = addressGroup(address);
    const subject = `${caller} ${projectId}`;
    this.demandProofs(subject);
    const release = await this.turns.take(caller, AbortSignal.timeout(this.limits.maxWaitMs));
    if (release === null) throw noRoom();
    try {
      this.demandProofs(subject);
      const result = await read();
      if (!result.ok) this.unproven.take(subject, rawBody.length * secrets.length);
      return result;
    } finally {
      release();
    }
  }

  private demandProofs(subject: string): void {
    const waitMs = this.unproven.waitMs(subject);
    if (waitMs > 0)
      throw new ApiProblem('rate_limited', {
        detail:
          'Too many long bodies from this address proved nothing to this project. Check the secret of the webhook.',
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      });
  }
}
