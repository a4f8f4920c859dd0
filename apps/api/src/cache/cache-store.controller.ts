import {
  type CacheEntriesQuery,
  type CacheRecordsQuery,
  cacheEntriesQuerySchema,
  cacheEntrySchema,
  cacheEvictionSchema,
  cacheRecordsQuerySchema,
  cacheRecordsSchema,
  cacheResetSchema,
  type PageQuery,
  pageOf,
  pageQuerySchema,
  type ResetCache,
  resetCacheSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { CacheRecordsService } from './cache-records.service.js';
import { CacheStoreService } from './cache-store.service.js';

@Controller('api/v1/projects/:projectId/cache')
export class CacheStoreController {
  constructor(
    private readonly store: CacheStoreService,
    private readonly recordReader: CacheRecordsService,
  ) {}

  @Get('entries')
  @Access('read')
  @Answers(200, pageOf(cacheEntrySchema), 'What the registry holds of a project’s caches, one reference each.')
  entries(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: cacheEntriesQuerySchema }) query: CacheEntriesQuery,
  ) {
    return this.store.entries(principal, projectId, query);
  }

  @Get('entries/:entryId/records')
  @Access('read')
  @Answers(
    200,
    cacheRecordsSchema,
    'What one cache holds: its records as the registry has them, with the steps that made them.',
  )
  records(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('entryId', uuid) entryId: string,
    @Query({ schema: cacheRecordsQuerySchema }) query: CacheRecordsQuery,
  ) {
    return this.recordReader.of(principal, projectId, entryId, query);
  }

  @Get('evictions')
  @Access('read')
  @Answers(200, pageOf(cacheEvictionSchema), 'Which cache references were deleted and why, newest first.')
  evictions(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.store.evictions(principal, projectId, query);
  }

  @Get('resets')
  @Access('read')
  @Answers(200, pageOf(cacheResetSchema), 'Resets of a project’s cache, newest first.')
  resets(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.store.resets(principal, projectId, query);
  }

  @Post('resets')
  @Access('write')
  @Answers(202, cacheResetSchema, 'From the next build on nothing older is found; what the registry holds is deleted.')
  reset(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Body({ schema: resetCacheSchema }) body: ResetCache,
  ) {
    return this.store.reset(principal, projectId, body, actor);
  }
}
