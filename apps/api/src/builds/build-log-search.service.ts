import type { LogIndexAnswer, LogSearchAnswer, LogSearchQuery } from '@cooperage/contracts';
import { PostgresChunkStore } from '@cooperage/db';
import { packDelta } from '@cooperage/domain';
import { InvalidPatternError, searchLog } from '@cooperage/logs/read';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';
import { ApiProblem } from '../http/problem.js';
import { SharedSlots } from '../http/shared-slots.js';
import { BuildLogService } from './build-log.service.js';
import { LogIndexes } from './log-indexes.js';

/** What one search may take (S-093); whoever wants more asks again, and others come in between. */
const budgetMs = 1_000;
/** Searches at once in this process. A request waits as long as others need for one or two. */
const slots = { total: 4, perKey: 3, maxWaitMs: 2 * budgetMs, maxWaiting: 6 };

@Injectable()
export class BuildLogSearchService {
  private readonly slots = new SharedSlots('log searches', slots);

  constructor(
    private readonly logs: BuildLogService,
    private readonly store: PostgresChunkStore,
    private readonly indexes: LogIndexes,
  ) {}

  /** @throws {ApiProblem} `rate_limited` while the organization has its share of them */
  async index(principal: Principal, buildId: string, number: number | undefined): Promise<LogIndexAnswer> {
    const attempt = await this.logs.attempt(principal, buildId, number);
    const { segments, nextN, complete } = await this.indexes.of(attempt.organizationId, attempt.id);
    return {
      attempt: attempt.number,
      segments: segments.map((segment) => ({
        firstN: segment.firstN,
        nextN: segment.nextN,
        lines: segment.lineDeltas.map(packDelta),
      })),
      nextN,
      complete,
    };
  }

  /** @throws {ApiProblem} `rate_limited` while many search, `validation_failed` for a pattern that is none or costs too much. */
  async search(
    principal: Principal,
    buildId: string,
    query: LogSearchQuery,
    signal: AbortSignal,
  ): Promise<LogSearchAnswer> {
    const attempt = await this.logs.attempt(principal, buildId, query.attempt);
    const release = await this.slots.take(attempt.organizationId);
    try {
      const what = { text: query.q, isRegex: query.regex === 'true', matchCase: query.case === 'true' };
      const options = { fromN: query.from, limit: query.limit, budgetMs, signal };
      const searched = await searchLog(this.store, attempt.id, what, options);
      const { count, found, cutLines, listFromN, nextN, searchedLines, totalLines } = searched;
      const lines = found.map(([step, line]): [number, number] => [step, line]);
      return { count, found: lines, cutLines, listFrom: listFromN, next: nextN, searchedLines, totalLines };
    } catch (error) {
      throw error instanceof InvalidPatternError ? badPattern(error) : error;
    } finally {
      release();
    }
  }
}

function badPattern(error: InvalidPatternError): ApiProblem {
  return new ApiProblem('validation_failed', { errors: [{ path: 'q', message: error.message }] });
}
