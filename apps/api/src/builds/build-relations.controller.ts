import { buildRelationsSchema, dockerfileChangeSchema, logQuerySchema } from '@cooperage/contracts';
import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { BuildRelationsService } from './build-relations.service.js';

const attemptQuerySchema = logQuerySchema.pick({ attempt: true });

@Controller('api/v1/builds/:buildId')
export class BuildRelationsController {
  constructor(private readonly relations: BuildRelationsService) {}

  @Get('relations')
  @Access('read')
  @Answers(200, buildRelationsSchema, 'Neighbours, last good build, place in the queue, moved tags.')
  get(@CurrentPrincipal() principal: Principal, @Param('buildId', uuid) id: string) {
    return this.relations.get(principal, id);
  }

  @Get('dockerfile/change')
  @Access('read')
  @Answers(200, dockerfileChangeSchema, 'The Dockerfile beside that of the last build of its rule that succeeded.')
  dockerfileChange(
    @CurrentPrincipal() principal: Principal,
    @Param('buildId', uuid) id: string,
    @Query({ schema: attemptQuerySchema }) query: z.infer<typeof attemptQuerySchema>,
  ) {
    return this.relations.dockerfileChange(principal, id, query.attempt);
  }
}
