import {
  type AskChecks,
  askChecksSchema,
  type ChecksView,
  type CheckView,
  checksSchema,
  echoRequestSchema,
  echoSchema,
} from '@cooperage/contracts';
import { checkNames } from '@cooperage/domain';
import { Body, Controller, Get, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { ApiProblem } from '../http/problem.js';
import { ChecksService } from './checks.service.js';
import { echoProof } from './look-at-public-address.js';
import { SetupAccess } from './setup-access.service.js';

/** Public as routes go: before the first administrator it is the set-up token that opens them. */
@Controller('api/v1/setup')
export class ChecksController {
  constructor(
    private readonly checks: ChecksService,
    private readonly access: SetupAccess,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Get('checks')
  @Access('public')
  @Answers(200, checksSchema, 'How the parts of the installation stand. For administrators, or with the set-up token.')
  async read(@Req() request: FastifyRequest) {
    await this.access.require(request);
    return this.view(await this.checks.read());
  }

  @Post('checks')
  @Access('public')
  @Answers(202, checksSchema, 'Looks at the parts of the installation; what comes of it is read at the same address.')
  async ask(@Req() request: FastifyRequest, @Body({ schema: askChecksSchema }) { names }: AskChecks) {
    const actor = await this.access.require(request);
    return this.view(await this.checks.ask(names ?? checkNames, actor));
  }

  @Post('echo')
  @Access('public')
  @Answers(
    200,
    echoSchema,
    'Shows to this installation that a request to its public address reaches itself. Answers to its own nonces alone.',
  )
  echo(@Body({ schema: echoRequestSchema }) { nonce }: z.infer<typeof echoRequestSchema>) {
    const proof = echoProof(nonce, this.settings.secretKeys);
    if (proof === null)
      throw new ApiProblem('forbidden', { detail: 'This nonce is not from this installation, or too old.' });
    return { proof };
  }

  private view(checks: CheckView[]): ChecksView {
    return { checks, publicUrl: this.settings.publicUrl };
  }
}
