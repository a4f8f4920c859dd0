import { type SetupRequest, setupRequestSchema, setupStateSchema, setupTokenSchema } from '@cooperage/contracts';
import { Body, Controller, Get, Ip, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { SetupService } from './setup.service.js';
import { SetupToken } from './setup-token.js';

@Controller('api/v1/setup')
export class SetupController {
  constructor(
    private readonly setup: SetupService,
    private readonly token: SetupToken,
  ) {}

  @Get()
  @Access('public')
  @Answers(200, setupStateSchema, 'Whether the first administrator has to be made.')
  async state() {
    return { needed: await this.setup.isNeeded() };
  }

  @Post('session')
  @Access('public')
  @Answers(
    204,
    null,
    'Takes the one-time token and keeps it in a cookie, for what comes before the first administrator.',
  )
  async begin(
    @Body({ schema: setupTokenSchema }) { token }: z.infer<typeof setupTokenSchema>,
    @Ip() ip: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.setup.begin(token, ip);
    reply.header('set-cookie', this.token.cookie(token));
  }

  @Post()
  @Access('public')
  @Answers(
    201,
    setupStateSchema,
    'Makes the first administrator and organization. Without a token the one in the cookie counts.',
  )
  async complete(
    @Body({ schema: setupRequestSchema }) body: SetupRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const token = body.token ?? this.token.fromCookie(request.headers.cookie);
    await this.setup.complete({ ...body, token }, request.ip);
    reply.header('set-cookie', this.token.clearedCookie());
    return { needed: false };
  }
}
