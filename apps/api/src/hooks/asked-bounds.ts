import { Injectable } from '@nestjs/common';
import { ApiProblem } from '../http/problem.js';
import { DeliveryBounds } from './delivery-bounds.js';
import { DeliveryQuota } from './delivery-quota.js';

/** Holds what a person asks for, by a start or a replay, to the bounds of webhook calls: it is stored and waits as they do. */
@Injectable()
export class AskedBounds {
  constructor(
    private readonly bounds: DeliveryBounds,
    private readonly quota: DeliveryQuota,
  ) {}

  /** @throws {ApiProblem} `rate_limited`, or `quota_exceeded` where the deliveries of the organization have no room for `bytes` */
  async demand(projectId: string, bytes: number): Promise<void> {
    const tooMany = await this.bounds.refusalOf(projectId, true);
    if (tooMany !== null) {
      const { code, message, retryAfterSeconds } = tooMany;
      throw new ApiProblem(code, { detail: message, retryAfterSeconds });
    }
    const full = await this.quota.take(projectId, bytes);
    if (full !== null) throw new ApiProblem('quota_exceeded', { detail: full });
  }
}
