import { Injectable } from '@nestjs/common';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';
import { organizationIdsOf, type Principal } from './principal.js';

/** A page of insights asks for five, and a person has 16 requests under way at once. */
const slots = { total: 4, perKey: 2, perGroup: 3, maxWaitMs: pageWaitMs, maxWaiting: 256 };

/**
 * Bounds the statements under way that may read all builds, images, deliveries or audit entries of an organization, or all cache blobs,
 * signatures or moves of tags of a project. Each of them may keep a processor of the database busy for seconds, and other processes wait behind them there.
 */
@Injectable()
export class StatisticsShare {
  private readonly slots = new SharedSlots('reads of statistics', slots, 'person');

  /**
   * Does `work`, one such statement for each organization, two at a time. People of the same organizations have a share of it together.
   * @throws {ApiProblem} `rate_limited` while the person or their organizations have their share
   */
  run<T>(principal: Principal, work: () => Promise<T>): Promise<T> {
    return this.slots.during(work, principal.userId, organizationIdsOf(principal).toSorted().join(' '));
  }
}
