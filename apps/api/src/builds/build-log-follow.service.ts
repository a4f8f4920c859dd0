import { Readable } from 'node:stream';
import type { LogFollowQuery } from '@cooperage/contracts';
import { decodeLogEntries } from '@cooperage/domain';
import { asText, type LogEvent, LogHub, logEvents, parseLogCursor } from '@cooperage/logs/read';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.js';
import { PrincipalsService } from '../auth/principals.service.js';
import { ApiProblem } from '../http/problem.js';
import { SharedSlots } from '../http/shared-slots.js';
import { BuildLogService } from './build-log.service.js';

/** Whether the caller may still read is asked again this often: a session ends, a token is taken away (S-075). */
const checkMs = 1_000;
/** Logs that are followed at once in this process. A follower may stay for hours, so nobody waits for a slot. */
const slots = { total: 256, perKey: 128, maxWaitMs: 0, maxWaiting: 0 };

@Injectable()
export class BuildLogFollowService implements OnModuleDestroy {
  private readonly following = new Set<AbortController>();
  private readonly slots = new SharedSlots('followed logs', slots);

  constructor(
    private readonly logs: BuildLogService,
    private readonly hub: LogHub,
    private readonly principals: PrincipalsService,
  ) {}

  /** A process that ends does not wait for builds to end. */
  onModuleDestroy(): void {
    for (const stop of this.following) stop.abort();
  }

  /**
   * Ends with the log, with the right to read it, or when `gone` is aborted.
   * @throws {ApiProblem} `rate_limited` while too many follow.
   */
  async follow(
    principal: Principal,
    buildId: string,
    query: LogFollowQuery,
    request: FastifyRequest,
    gone: AbortSignal,
  ): Promise<Readable> {
    const attempt = await this.logs.attempt(principal, buildId, query.attempt);
    const from = resumedAt(request, attempt.number) ?? query.from;
    if (!(await this.hub.canFollow(attempt.id, from)))
      throw new ApiProblem('bad_request', { detail: 'The log has no such entry: this place is beyond its end.' });
    const release = await this.slots.take(attempt.organizationId);
    const stop = new AbortController();
    this.following.add(stop);
    const check = setInterval(() => void this.stopIfNotAllowed(buildId, request, stop), checkMs);
    stop.signal.addEventListener('abort', () => {
      this.following.delete(stop);
      release();
      clearInterval(check);
    });
    const events = this.hub.follow(attempt.id, from, stop.signal);
    const parts = query.format === 'text' ? asText(entriesOf(events)) : logEvents(attempt.number, events);
    const stream = Readable.from(parts, { objectMode: false });
    // A stream that is destroyed waits for its source, which waits for the log: the source is stopped first.
    gone.addEventListener('abort', () => stop.abort());
    if (gone.aborted) stop.abort();
    stream.once('close', () => stop.abort());
    return stream;
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

function resumedAt(request: FastifyRequest, attempt: number): number | undefined {
  const header = request.headers['last-event-id'];
  const cursor = typeof header === 'string' ? parseLogCursor(header) : undefined;
  return cursor?.attempt === attempt ? cursor.n : undefined;
}

async function* entriesOf(events: AsyncIterable<LogEvent>) {
  for await (const event of events) if (event.kind === 'frame') yield* decodeLogEntries(event.bytes);
}
