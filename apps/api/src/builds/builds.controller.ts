import { buildSchema, deliverySchema, retryBuildSchema, type StartBuild, startBuildSchema } from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { ordinal, uuid } from '../http/parameters.js';
import { Idempotent } from '../idempotency/idempotent.js';
import { BuildActionsService } from './build-actions.service.js';
import { BuildsService } from './builds.service.js';

@Controller('api/v1')
export class BuildsController {
  constructor(
    private readonly builds: BuildsService,
    private readonly actions: BuildActionsService,
  ) {}

  @Get('builds/:buildId')
  @Access('read')
  @Answers(200, buildSchema, 'One build with its attempts and phases.')
  get(@CurrentPrincipal() principal: Principal, @Param('buildId', uuid) id: string) {
    return this.builds.get(principal, id);
  }

  @Get('projects/:projectId/builds/by-number/:number')
  @Access('read')
  @Answers(200, buildSchema, 'A build by its number in the project.')
  getByNumber(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('number', ordinal) number: number,
  ) {
    return this.builds.getByNumber(principal, projectId, number);
  }

  @Post('projects/:projectId/builds')
  @Access('write')
  @Idempotent()
  @Answers(202, deliverySchema, 'Asks for a build of a ref. The delivery that is answered tells what became of it.')
  start(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Body({ schema: startBuildSchema }) body: StartBuild,
  ) {
    return this.builds.start(principal, projectId, body, actor);
  }

  @Post('builds/:buildId/cancel')
  @Access('write')
  @Answers(200, buildSchema, 'Cancels a build; a running one ends when its worker says so.')
  cancel(@CurrentPrincipal() principal: Principal, @CurrentActor() actor: Actor, @Param('buildId', uuid) id: string) {
    return this.actions.cancel(principal, id, actor);
  }

  @Post('builds/:buildId/retry')
  @Access('write')
  @Idempotent<BuildsController>((controller, principal, id) => controller.get(principal, id))
  @Answers(201, buildSchema, 'Builds the same commit again, as a new build.')
  retry(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('buildId', uuid) id: string,
    @Body({ schema: retryBuildSchema }) body: z.infer<typeof retryBuildSchema>,
  ) {
    return this.actions.retry(principal, id, body.noCache, actor);
  }
}
