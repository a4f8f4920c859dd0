import { dockerfileSchema, logLinesQuerySchema, logQuerySchema, stepsSchema } from '@cooperage/contracts';
import { Controller, Get, Param, Query, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { BuildLogService } from './build-log.service.js';

const attemptQuerySchema = logQuerySchema.pick({ attempt: true });
const downloadQuerySchema = logQuerySchema
  .pick({ attempt: true, from: true })
  .extend({ format: z.enum(['text', 'jsonl']).default('text') });
type Attempt = z.infer<typeof attemptQuerySchema>;

/** A stranger's program wrote this: it is text to be saved, never a page to be shown (S-086). */
const contentTypes = { text: 'text/plain; charset=utf-8', jsonl: 'application/x-ndjson' } as const;

@Controller('api/v1/builds/:buildId')
export class BuildLogController {
  constructor(private readonly logs: BuildLogService) {}

  @Get('steps')
  @Access('read')
  @Answers(200, stepsSchema, 'Steps of an attempt, in the order in which they were seen.')
  steps(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: attemptQuerySchema }) query: Attempt,
  ) {
    return this.logs.steps(principal, id, query.attempt);
  }

  @Get('dockerfile')
  @Access('read')
  @Answers(200, dockerfileSchema, 'The Dockerfile of an attempt, as its builder read it.')
  dockerfile(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: attemptQuerySchema }) query: Attempt,
  ) {
    return this.logs.dockerfile(principal, id, query.attempt);
  }

  @Get('dockerfile/text')
  @Access('read')
  @Answers(200, null, 'The Dockerfile of an attempt as a text of its own, all of it.')
  async downloadDockerfile(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: attemptQuerySchema }) query: Attempt,
  ) {
    const { stream, bytes } = await this.logs.downloadDockerfile(principal, id, query.attempt);
    const disposition = `attachment; filename="build-${id}.Dockerfile"`;
    return new StreamableFile(stream, { type: contentTypes.text, disposition, length: bytes });
  }

  @Get('log')
  @Access('read')
  @Answers(
    200,
    null,
    'The log as text, byte for byte, or as JSON lines; without `attempt` and `from` that of all attempts, one after another.',
  )
  async download(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: downloadQuerySchema }) query: z.infer<typeof downloadQuerySchema>,
  ) {
    const stream = await this.logs.download(principal, id, query);
    const name = `build-${id}.${query.format === 'text' ? 'log' : 'jsonl'}`;
    return new StreamableFile(stream, {
      type: contentTypes[query.format],
      disposition: `attachment; filename="${name}"`,
    });
  }

  @Get('log/lines')
  @Access('read')
  @Answers(200, null, 'Lines of the log by their number, as text or as JSON lines.')
  async lines(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: logLinesQuerySchema }) query: z.infer<typeof logLinesQuerySchema>,
  ) {
    const stream = await this.logs.lines(principal, id, query);
    return new StreamableFile(stream, { type: contentTypes[query.format], disposition: 'attachment' });
  }

  /** The same bytes that the socket sends. Where the range ends stands in headers, as the body is the entries alone. */
  @Get('log/entries')
  @Access('read')
  @Answers(
    200,
    null,
    'A range of the log in its binary form; X-Log-Next and X-Log-Complete say where it ends, X-Log-More whether more is stored already.',
  )
  async entries(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: logQuerySchema }) query: z.infer<typeof logQuerySchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const range = await this.logs.range(principal, id, query);
    reply
      .header('x-log-next', String(range.nextN))
      .header('x-log-complete', String(range.complete))
      .header('x-log-more', String(range.more));
    return new StreamableFile(range.bytes, { type: 'application/octet-stream', disposition: 'attachment' });
  }
}
