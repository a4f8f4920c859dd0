import { PostgresChunkStore } from '@cooperage/db';
import { evidenceAround, evidenceLines } from '@cooperage/domain';
import { type LogIndex, type NumberedLine, readIndex, readStepLines } from '@cooperage/logs/read';
import { Injectable } from '@nestjs/common';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';

/** Indexes of logs that are read at once in this process. Most take a moment; that of a long log is some thousand rows. */
const slots = { total: 8, perKey: 4, maxWaitMs: pageWaitMs, maxWaiting: 64 };

/** Reads what is known of where the lines of a log are, a share of an organization at a time. */
@Injectable()
export class LogIndexes {
  private readonly underWay = new Map<string, Promise<NumberedLine[]>>();
  private readonly slots = new SharedSlots('reads of logs', slots);

  constructor(private readonly store: PostgresChunkStore) {}

  /** @throws {ApiProblem} `rate_limited` while the organization has its share of them */
  of(organizationId: string, attemptId: string): Promise<LogIndex> {
    return this.slots.during(() => readIndex(this.store, attemptId), organizationId);
  }

  /**
   * What a step printed around one of its lines, or last. Those who ask for the same at the same time share one reading: when a build
   * fails, every open page of it asks at once.
   * @param number of the line, from 1; null for the last ones
   * @throws {ApiProblem} `rate_limited` while the organization has its share of them
   */
  around(organizationId: string, attemptId: string, step: number, number: number | null): Promise<NumberedLine[]> {
    const key = `${attemptId} ${step} ${number}`;
    const known = this.underWay.get(key);
    if (known) return known;
    const pick = (count: number) =>
      number === null
        ? ([count - 2 * evidenceLines, Infinity] as const)
        : evidenceAround(number - 1, Math.max(count, number));
    const read = () => readStepLines(this.store, attemptId, step, pick);
    const reading = this.slots.during(read, organizationId).finally(() => this.underWay.delete(key));
    this.underWay.set(key, reading);
    return reading;
  }
}
