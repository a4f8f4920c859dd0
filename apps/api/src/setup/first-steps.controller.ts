import { firstStepsSchema, triedSampleSchema, trySampleSchema } from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Get, Post } from '@nestjs/common';
import type { z } from 'zod';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { FirstStepsService } from './first-steps.service.js';

@Controller('api/v1/first-steps')
export class FirstStepsController {
  constructor(private readonly steps: FirstStepsService) {}

  @Get()
  @Access('read')
  @Answers(200, firstStepsSchema, 'How far the installation has come. For administrators.')
  read(@CurrentPrincipal() principal: Principal) {
    return this.steps.read(principal);
  }

  @Post('dismissal')
  @Access('person')
  @Answers(204, null, 'Puts the list of first steps away, for everybody and for good.')
  async dismiss(@CurrentPrincipal() principal: Principal, @CurrentActor() actor: Actor) {
    await this.steps.dismiss(principal, actor);
  }

  @Post('sample')
  @Access('write')
  @Answers(
    202,
    triedSampleSchema,
    'Makes a project of the bundled sample and builds it. It needs neither a forge nor a network.',
  )
  sample(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Body({ schema: trySampleSchema }) { organizationId }: z.infer<typeof trySampleSchema>,
  ) {
    return this.steps.trySample(principal, organizationId, actor);
  }
}
