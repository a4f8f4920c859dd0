import { Readable } from 'node:stream';
import type { LogFollowQuery } from '@cooperage/contracts';
import { BuildDetails } from '@cooperage/db';
import {
  type AttemptEvent,
  followedText,
  type LogCursor,
  type LogEvent,
  LogHub,
  logEvents,
  parseLogCursor,
} from '@cooperage/logs/read';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.js';
import { PrincipalsService } from '../auth/principals.service.js';
import { ApiProblem } from '../http/problem.js';
import { SharedSlots } from '../http/shared-slots.js';
import { BuildLogService } from './build-log.service.js';
import { followAttempts } from './follow-attempts.js';

/** Whether the caller may still read is asked again this often: a session ends, a token is taken away (S-075). */
const checkMs = 1_000;
/**
 * Logs that are followed at once in this process: of one person, and of one organization. A follower may stay for hours, so nobody
 * waits for a slot. Each asks every second whether it may go on, so all together are few.
 */
const slots = { total: 256, perKey: 32, perGroup: 64, maxWaitMs: 0, maxWaiting: 0 };

@Injectable()
export class BuildLogFollowService implements OnModuleDestroy {
  private readonly following = new Set<AbortController>();
  private readonly slots = new SharedSlots('followed logs', slots, 'person');

  constructor(
    private readonly logs: BuildLogService,
    private readonly hub: LogHub,
    private readonly principals: PrincipalsService,
    private readonly details: BuildDetails,
  ) {}

  /** A process that ends does not wait for builds to end. */
  onModuleDestroy(): void {
    for (const stop of this.following) stop.abort();
  }

  /**
   * All attempts one after another, those that are still to come too, or the one that is named. Ends with the log, with the
   * right to read it, or when `gone` is aborted.
   * @throws {ApiProblem} `rate_limited` while too many follow.
   */
  async follow(
    principal: Principal,
    buildId: string,
    query: LogFollowQuery,
    request: FastifyRequest,
    gone: AbortSignal,
  ): Promise<Readable> {
    const place = await this.place(principal, buildId, query, cursorOf(request));
    const attempt = await this.logs.attempt(principal, buildId, place.attempt);
    const from = place.n;
    if (!(await this.hub.canFollow(attempt.id, from)))
      throw new ApiProblem('bad_request', { detail: 'The log has no such entry: this place is beyond its end.' });
    const release = await this.slots.take(principal.userId, attempt.organizationId);
    const stop = new AbortController();
    this.following.add(stop);
    const check = setInterval(() => void this.stopIfNotAllowed(buildId, request, stop), checkMs);
    stop.signal.addEventListener('abort', () => {
      this.following.delete(stop);
      release();
      clearInterval(check);
    });
    const { signal } = stop;
    const events =
      query.attempt === undefined
        ? followAttempts({ hub: this.hub, details: this.details, buildId, first: attempt, fromN: from, signal })
        : ofAttempt(attempt.number, this.hub.follow(attempt.id, from, signal));
    const parts = query.format === 'text' ? followedText(events) : logEvents(events);
    const stream = Readable.from(parts, { objectMode: false });
    // A stream that is destroyed waits for its source, which waits for the log: the source is stopped first.
    gone.addEventListener('abort', () => stop.abort());
    if (gone.aborted) stop.abort();
    stream.once('close', () => stop.abort());
    return stream;
  }

  /** Where to begin; a place without an attempt is one in the current attempt. */
  private async place(
    principal: Principal,
    buildId: string,
    { attempt, from }: LogFollowQuery,
    cursor: LogCursor | undefined,
  ): Promise<{ readonly attempt: number | undefined; readonly n: number }> {
    if (attempt !== undefined) return { attempt, n: cursor?.attempt === attempt ? cursor.n : from };
    if (cursor || from > 0) return cursor ?? { attempt, n: from };
    const { attempts } = await this.logs.attempts(principal, buildId);
    return { attempt: attempts[0]?.number, n: 0 };
  }

  private async stopIfNotAllowed(buildId: string, request: FastifyRequest, stop: AbortController): Promise<void> {
    try {
      await this.logs.attempt(await this.principals.require(request), buildId, undefined);
    } catch (error) {
      // What cannot be asked now is asked again; only a refusal ends the stream.
      if (error instanceof ApiProblem && error.status < 500) stop.abort();
    }
  }
}

function cursorOf(request: FastifyRequest): LogCursor | undefined {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' ? parseLogCursor(header) : undefined;
}

async function* ofAttempt(attempt: number, events: AsyncIterable<LogEvent>): AsyncGenerator<AttemptEvent> {
  for await (const event of events) yield { ...event, attempt };
}
