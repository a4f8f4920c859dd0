import type { IncomingHttpHeaders } from 'node:http';
import { type DeliveryResult, readDelivery } from '@cooperage/forges';
import { addressGroup } from '../http/client-address.js';
import { ApiProblem } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { LongBodyTurns, type TurnLimits } from './long-body-turns.js';
import { ProvenCallers } from './proven-callers.js';
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
  /** Turns of long bodies: once for callers who proved nothing lately, once for those who did. */
  readonly turns: TurnLimits;
  /** Bytes that go through a hash, times secrets, for long bodies of one address to one project that prove nothing, in a minute. */
  readonly unprovenBytesPerMinute: number;
}

const usualLimits: JudgeLimits = {
  shortBytes: 256 * 1024,
  turns: { slots: { total: 2, perKey: 1 }, maxWaiting: 8, maxWaitingBytes: 64 * 1024 * 1024, maxWaitMs: 5_000 },
  unprovenBytesPerMinute: 512 * 1024 * 1024,
};

/**
 * Decides whether webhook calls are proven. Anybody can make us hash a long body by each secret of a project, so long bodies
 * take turns, and an address whose long bodies prove nothing to a project has to stop there for a while: a forge has one address
 * for all of its projects. Short ones are always judged.
 *
 * An address that proved a call to the project within a day has turns beside the others, a turn for each project. It never has to
 * stop there, since who sends garbage from it may be somebody else; beyond the bound it rests as long as each judgement took.
 */
export class DeliveryJudge {
  private readonly turns: LongBodyTurns;
  private readonly turnsOfProven: LongBodyTurns;
  private readonly proven = new ProvenCallers();
  private readonly unproven: RateLimiter;

  constructor(private readonly limits: JudgeLimits = usualLimits) {
    this.turns = new LongBodyTurns(limits.turns);
    this.turnsOfProven = new LongBodyTurns(limits.turns);
    this.unproven = new RateLimiter({ tries: limits.unprovenBytesPerMinute, windowMs: 60_000 });
  }

  /** @throws {ApiProblem} `rate_limited` or `unavailable`, for long bodies only */
  async judge(call: HookCall, secrets: readonly string[]): Promise<DeliveryResult> {
    const { projectId, headers, rawBody, address } = call;
    const caller = addressGroup(address);
    const read = () => readDelivery({ headers, rawBody, secrets, now: new Date() });
    const isShort = rawBody.length <= this.limits.shortBytes;
    const result = await (isShort ? read() : this.inTurn(projectId, caller, rawBody.length, secrets.length, read));
    if (result.ok) this.proven.add(projectId, caller);
    return result;
  }

  /** Whether the address, or its network, proved a call to the project within a day. */
  hasProven(projectId: string, address: string): boolean {
    return this.proven.has(projectId, addressGroup(address));
  }

  private async inTurn(
    projectId: string,
    caller: string,
    bytes: number,
    secrets: number,
    read: () => Promise<DeliveryResult>,
  ): Promise<DeliveryResult> {
    const subject = `${caller} ${projectId}`;
    const isKnown = this.proven.has(projectId, caller);
    if (!isKnown) this.demandProofs(subject);
    const release = await (isKnown ? this.turnsOfProven.take(subject, bytes) : this.turns.take(caller, bytes));
    if (release === null) throw noRoom();
    const begunMs = performance.now();
    let restMs = 0;
    try {
      if (!isKnown) this.demandProofs(subject);
      const result = await read();
      if (!result.ok && this.unproven.take(subject, bytes * secrets) > 0) restMs = performance.now() - begunMs;
      return result;
    } finally {
      if (restMs > 0) setTimeout(release, restMs);
      else release();
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
