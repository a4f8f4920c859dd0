import {
  type LogSearchQuery,
  logIndexSchema,
  logQuerySchema,
  logSearchQuerySchema,
  logSearchSchema,
} from '@cooperage/contracts';
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { BuildLogSearchService } from './build-log-search.service.js';

const attemptQuerySchema = logQuerySchema.pick({ attempt: true });

/** Places in a log: where its lines are, and which of them hold what somebody looks for. */
@Controller('api/v1/builds/:buildId/log')
export class BuildLogSearchController {
  constructor(private readonly logs: BuildLogSearchService) {}

  @Get('index')
  @Access('read')
  @Answers(200, logIndexSchema, 'Where the lines of each step are, so that any of them is read alone.')
  index(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: attemptQuerySchema }) query: z.infer<typeof attemptQuerySchema>,
  ) {
    return this.logs.index(principal, id, query.attempt);
  }

  @Get('search')
  @Access('read')
  @Answers(200, logSearchSchema, 'Lines of all steps that hold a text, counted exactly as far as was searched.')
  search(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: logSearchQuerySchema }) query: LogSearchQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    return this.logs.search(principal, id, query, gone.signal);
  }
}
