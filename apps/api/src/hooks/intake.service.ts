import { randomBytes } from 'node:crypto';
import type { Accepted } from '@cooperage/contracts';
import {
  HookSecretRepository,
  IntakeRepository,
  type NewDelivery,
  RefusalRepository,
  storedDeliveryBytes,
} from '@cooperage/db';
import type { AcceptedDelivery, RefusedDelivery } from '@cooperage/forges';
import type { Metrics } from '@cooperage/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { METRICS } from '../app/metrics.js';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { ApiProblem } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { DeliveryBounds } from './delivery-bounds.js';
import { DeliveryJudge, type HookCall } from './delivery-judge.js';
import { DeliveryQuota } from './delivery-quota.js';
import { HookSecretCache, type HookTarget } from './hook-secret-cache.js';
import { storedHeaders } from './stored-headers.js';

type Rejection = Pick<RefusedDelivery, 'forge' | 'message'> & {
  /** Beside those of a call without a proof: a quota of the organization is used up, or the project sent too much. */
  readonly code: RefusedDelivery['code'] | 'quota_exceeded' | 'rate_limited';
  readonly retryAfterSeconds?: number;
};

/** A refusal is judged by secrets no older than this: a secret that was just added counts at once. */
const refusalMaxAgeMs = 250;
const maxRefusalsUnderWay = 32;

/** Webhooks: proof over the raw bytes, then one durable row, then the answer. */
@Injectable()
export class IntakeService {
  /** Stands in for the secrets of a project that does not exist, so that the same work is done (S-014). */
  private readonly decoy = [{ id: '', secret: `whsec_${randomBytes(32).toString('base64')}` }];
  private readonly judge = new DeliveryJudge();
  private readonly uses = new RateLimiter({ tries: 1, windowMs: 60_000 });
  private refusalsUnderWay = 0;

  constructor(
    private readonly secrets: HookSecretCache,
    private readonly intake: IntakeRepository,
    private readonly hookSecrets: HookSecretRepository,
    private readonly refusals: RefusalRepository,
    private readonly quota: DeliveryQuota,
    private readonly bounds: DeliveryBounds,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  /** @returns after commit. @throws {ApiProblem} for a call that is refused. */
  async receive(call: HookCall): Promise<Accepted> {
    let target = await this.secrets.get(call.projectId);
    let tried = this.secretsOf(target);
    let result = await this.judge.judge(call, tried.map(secretOf));
    if (!result.ok) {
      target = await this.secrets.get(call.projectId, refusalMaxAgeMs);
      const known = new Set(tried.map(secretOf));
      const fresh = this.secretsOf(target).filter(({ secret }) => !known.has(secret));
      // No secret is tried twice: a long body costs what it costs once.
      if (fresh.length > 0) {
        tried = fresh;
        result = await this.judge.judge(call, fresh.map(secretOf));
      }
    }
    if (!result.ok) throw this.refuse(call, result);
    if (target === null) throw this.refuse(call, invalidSignature(result));
    return this.store(call, result, target, tried[result.secretIndex]!.id);
  }

  /** Whether the address, or its network, proved a call to the project within a day. */
  hasProven(projectId: string, address: string): boolean {
    return this.judge.hasProven(projectId, address);
  }

  private secretsOf(target: HookTarget | null): HookTarget['secrets'] {
    return target && target.secrets.length > 0 ? target.secrets : this.decoy;
  }

  private async store(
    call: HookCall,
    accepted: AcceptedDelivery,
    target: HookTarget,
    secretId: string,
  ): Promise<Accepted> {
    const { forge } = accepted;
    const delivery = deliveryOf(call, accepted);
    const tooMany = await this.bounds.refusalOf(call.projectId, delivery.status === 'received');
    if (tooMany !== null) throw this.refuse(call, { ...tooMany, forge });
    const full = await this.quota.take(call.projectId, storedDeliveryBytes(delivery.headers, call.rawBody.length));
    const retryAfterSeconds = 3_600;
    if (full !== null) throw this.refuse(call, { code: 'quota_exceeded', forge, message: full, retryAfterSeconds });
    const outcome = await this.intake.insert(delivery);
    // Deleted between the two looks: to the caller it never was there.
    if (outcome === null) throw this.refuse(call, invalidSignature(accepted));
    const { deliveryId, duplicate } = outcome;
    this.count(forge, duplicate ? 'duplicate' : accepted.event.type === 'ignored' ? 'ignored' : 'accepted');
    this.noteUse(secretId);
    const page = `/p/${target.organizationSlug}/${target.projectSlug}/deliveries/${deliveryId}`;
    return { deliveryId, url: this.settings.publicUrl + page, duplicate };
  }

  /** The page shows when a secret was used last; a minute is exact enough. */
  private noteUse(secretId: string): void {
    if (this.uses.take(secretId) === 0) void this.hookSecrets.used(secretId).catch(() => undefined);
  }

  /** The row is written after the answer: a stranger's call costs no waiting, and tells no difference. */
  private refuse(call: HookCall, refused: Rejection): ApiProblem {
    const { code, forge, message, retryAfterSeconds } = refused;
    this.count(forge ?? 'unknown', 'refused');
    if (this.refusalsUnderWay < maxRefusalsUnderWay) {
      this.refusalsUnderWay++;
      setImmediate(() => {
        void this.refusals
          .add(call.projectId, { code, forge, address: call.address })
          .catch(() => undefined)
          .finally(() => this.refusalsUnderWay--);
      });
    }
    return new ApiProblem(code, { detail: message, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) });
  }

  private count(forge: string, outcome: 'accepted' | 'duplicate' | 'ignored' | 'refused'): void {
    this.metrics.webhookDeliveriesTotal.add({ forge: forge as 'unknown', outcome });
  }
}

function secretOf({ secret }: HookTarget['secrets'][number]): string {
  return secret;
}

function invalidSignature({ forge }: { readonly forge: AcceptedDelivery['forge'] }) {
  return { code: 'signature_invalid', forge, message: 'The signature is not valid.' } as const;
}

function deliveryOf(call: HookCall, accepted: AcceptedDelivery): NewDelivery {
  const { forge, deliveryId, eventName, proof, event } = accepted;
  const common = { projectId: call.projectId, forge, deliveryKey: deliveryId, eventName, proof, replayOf: null };
  const stored = { headers: storedHeaders(call.headers), body: call.rawBody, bodyDigest: accepted.bodyDigest };
  if (event.type === 'ignored') {
    const nothing = { ref: null, before: null, after: null, sender: null, repository: null };
    return { ...common, ...stored, ...nothing, status: 'ignored', note: event.reason };
  }
  const { ref, before, after, repository } = event;
  return {
    ...common,
    ...stored,
    ...{ ref, before, after, repository },
    sender: event.sender?.replace(/[\0-\x1f\x7f]/g, ' ').slice(0, 200) ?? null,
    status: 'received',
    note: null,
  };
}
