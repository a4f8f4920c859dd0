import {
  type CachePruneQuery,
  cachePrunePreviewSchema,
  cachePruneQuerySchema,
  cachePruneSchema,
  type PageQuery,
  type PruneCache,
  pageOf,
  pageQuerySchema,
  pruneCacheSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { CachePruneService } from './cache-prune.service.js';

@Controller('api/v1/projects/:projectId/cache/prunes')
export class CachePruneController {
  constructor(private readonly prunes: CachePruneService) {}

  @Get()
  @Access('read')
  @Answers(200, pageOf(cachePruneSchema), 'Caches that people deleted by a rule, newest first.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.prunes.list(principal, projectId, query);
  }

  @Get('preview')
  @Access('read')
  @Answers(
    200,
    cachePrunePreviewSchema,
    'What a rule would delete now, what that frees, and whose next build it slows.',
  )
  preview(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: cachePruneQuerySchema }) query: CachePruneQuery,
  ) {
    return this.prunes.preview(principal, projectId, query);
  }

  @Post()
  @Access('write')
  @Answers(202, cachePruneSchema, 'What fits now is deleted from the registry.')
  prune(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Body({ schema: pruneCacheSchema }) body: PruneCache,
  ) {
    return this.prunes.prune(principal, projectId, body, actor);
  }
}
