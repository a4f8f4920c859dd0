import {
  type ProjectCache,
  type ProjectCacheQuery,
  projectCacheQuerySchema,
  projectCacheSchema,
} from '@cooperage/contracts';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { ProjectCacheService } from './project-cache.service.js';

@Controller('api/v1/projects/:projectId/cache')
export class ProjectCacheController {
  constructor(private readonly caches: ProjectCacheService) {}

  @Get()
  @Access('read')
  @Answers(200, projectCacheSchema, 'What the cache of a project cost and saved, day by day, and where that goes.')
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: projectCacheQuerySchema }) { days }: ProjectCacheQuery,
  ): Promise<ProjectCache> {
    return this.caches.get(principal, projectId, days);
  }
}
