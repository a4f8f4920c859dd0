import type { Logger } from '@cooperage/telemetry';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { replyProblem } from './problem-reply.js';
import { toProblem } from './to-problem.js';

/** The one place where errors of routes become answers. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (problem.status >= 500)
      this.logger.error({ err: error, requestId: request.id, method: request.method }, 'request failed');
    if (!reply.sent) void replyProblem(reply, problem);
  }
}
