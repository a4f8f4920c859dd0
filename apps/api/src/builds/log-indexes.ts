import { PostgresChunkStore } from '@cooperage/db';
import { type LogIndex, type NumberedLine, readIndex, readStepLines } from '@cooperage/logs/read';
import { Injectable } from '@nestjs/common';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';

/** Indexes of logs that are read at once in this process. Most take a moment; that of a long log is some thousand rows. */
const slots = { total: 8, perKey: 4, maxWaitMs: pageWaitMs, maxWaiting: 64 };

/** Reads what is known of where the lines of a log are, a share of an organization at a time. */
@Injectable()
export class LogIndexes {
  private readonly slots = new SharedSlots('indexes of logs', slots);

  constructor(private readonly store: PostgresChunkStore) {}

  /** @throws {ApiProblem} `rate_limited` while the organization has its share of them */
  of(organizationId: string, attemptId: string): Promise<LogIndex> {
    return this.held(organizationId, () => readIndex(this.store, attemptId));
  }

  /** As `readStepLines`. @throws {ApiProblem} `rate_limited` while the organization has its share of them */
  lines(
    organizationId: string,
    attemptId: string,
    step: number,
    pick: (count: number) => readonly [from: number, to: number],
  ): Promise<NumberedLine[]> {
    return this.held(organizationId, () => readStepLines(this.store, attemptId, step, pick));
  }

  private async held<T>(organizationId: string, read: () => Promise<T>): Promise<T> {
    const release = await this.slots.take(organizationId);
    try {
      return await read();
    } finally {
      release();
    }
  }
}
