import {
  type BuildCountQuery,
  type BuildGroupsQuery,
  type BuildListQuery,
  buildCountQuerySchema,
  buildCountSchema,
  buildGroupSchema,
  buildGroupsQuerySchema,
  buildListQuerySchema,
  buildSummarySchema,
  pageOf,
} from '@cooperage/contracts';
import { Controller, Get, Query } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { BuildListsService } from './build-lists.service.js';

@Controller('api/v1/builds')
export class BuildListsController {
  constructor(private readonly lists: BuildListsService) {}

  @Get()
  @Access('read')
  @Answers(200, pageOf(buildSummarySchema), 'Builds that pass the filter, newest first.')
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: buildListQuerySchema }) query: BuildListQuery) {
    return this.lists.list(principal, query);
  }

  @Get('count')
  @Access('read')
  @Answers(200, buildCountSchema, 'How many builds pass the filter, exact up to 1,000; if none, which terms are why.')
  count(@CurrentPrincipal() principal: Principal, @Query({ schema: buildCountQuerySchema }) query: BuildCountQuery) {
    return this.lists.count(principal, query);
  }

  @Get('groups')
  @Access('read')
  @Answers(200, pageOf(buildGroupSchema), 'The newest 1,000 builds that pass the filter, by commit or by failure.')
  groups(@CurrentPrincipal() principal: Principal, @Query({ schema: buildGroupsQuerySchema }) query: BuildGroupsQuery) {
    return this.lists.groups(principal, query);
  }
}
