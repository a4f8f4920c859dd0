import {
  type ProjectCache,
  type ProjectCacheQuery,
  projectCacheQuerySchema,
  projectCacheSchema,
} from '@cooperage/contracts';
import { CacheLedgerRepository, CacheModeRepository, CacheStoreRepository, type ZoneNumbers } from '@cooperage/db';
import { cacheTrend, emptyLedger, netMs, savedShare, sumLedgers } from '@cooperage/domain';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { everyDay } from '../overview/days.js';

@Controller('api/v1/projects/:projectId/cache')
export class ProjectCacheController {
  constructor(
    private readonly ledgers: CacheLedgerRepository,
    private readonly modes: CacheModeRepository,
    private readonly store: CacheStoreRepository,
    private readonly access: AccessService,
  ) {}

  @Get()
  @Access('read')
  @Answers(200, projectCacheSchema, 'What the cache of a project cost and saved, day by day, and where that goes.')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: projectCacheQuerySchema }) { days: count }: ProjectCacheQuery,
  ): Promise<ProjectCache> {
    const { cacheMode } = await this.access.project(principal, projectId);
    const [known, zones, modes, backends, store] = await Promise.all([
      this.ledgers.days(projectId, count),
      this.ledgers.zones(projectId, count),
      this.modes.outlook(projectId),
      this.ledgers.backends(projectId, count),
      this.store.weight(projectId),
    ]);
    const days = everyDay(known, count, Date.now(), (day) => ({ day, ...emptyLedger }));
    const total = sumLedgers(days);
    return {
      ...{ days, total: { ...total, share: savedShare(total), netMs: netMs(total) }, trend: cacheTrend(days) },
      zones: zones.map(presentZone),
      modes: { setting: cacheMode, ...modes },
      backends,
      store,
    };
  }
}

function presentZone({ newestAt, ...zone }: ZoneNumbers): ProjectCache['zones'][number] {
  return { ...zone, share: savedShare(zone), netMs: netMs(zone), newestAt: newestAt?.toISOString() ?? null };
}
