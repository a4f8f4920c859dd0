import { type CompareQuery, compareQuerySchema, comparisonSchema, layerComparisonSchema } from '@cooperage/contracts';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { CompareService } from './compare.service.js';

@Controller('api/v1/projects/:projectId/compare')
export class CompareController {
  constructor(private readonly comparisons: CompareService) {}

  @Get()
  @Access('read')
  @Answers(200, comparisonSchema, 'Two builds of a project side by side: inputs, bases, Dockerfile, steps.')
  compare(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: compareQuerySchema }) query: CompareQuery,
  ) {
    return this.comparisons.compare(principal, projectId, query);
  }

  @Get('layers')
  @Access('read')
  @Answers(200, layerComparisonSchema, 'The layers of the images of two builds, as the registry holds them.')
  layers(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: compareQuerySchema }) query: CompareQuery,
  ) {
    return this.comparisons.layers(principal, projectId, query);
  }
}
