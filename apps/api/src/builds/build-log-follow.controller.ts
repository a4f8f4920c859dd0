import { type LogFollowQuery, logFollowQuerySchema } from '@cooperage/contracts';
import { Controller, Get, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { BuildLogFollowService } from './build-log-follow.service.js';

@Controller('api/v1/builds/:buildId/log')
export class BuildLogFollowController {
  constructor(private readonly logs: BuildLogFollowService) {}

  /** `curl -N` follows a build with this; a browser's `EventSource` resumes by its `Last-Event-ID`. */
  @Get('follow')
  @Access('read')
  @Answers(
    200,
    null,
    'The log as it is printed, from a cursor on until it ends: server-sent events, or plain text. Without `attempt` it goes on with the next attempt.',
  )
  async follow(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: logFollowQuerySchema }) query: LogFollowQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const type = query.format === 'text' ? 'text/plain; charset=utf-8' : 'text/event-stream';
    const stream = await this.logs.follow(principal, id, query, request, gone.signal);
    return new StreamableFile(stream, { type, disposition: 'attachment' });
  }
}
