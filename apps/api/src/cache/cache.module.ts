import { Module } from '@nestjs/common';
import { BuildCacheController } from './build-cache.controller.js';
import { BuildCacheService } from './build-cache.service.js';
import { CacheMissesController } from './cache-misses.controller.js';
import { CachePruneController } from './cache-prune.controller.js';
import { CachePruneService } from './cache-prune.service.js';
import { CacheRecordsService } from './cache-records.service.js';
import { CacheStoreController } from './cache-store.controller.js';
import { CacheStoreService } from './cache-store.service.js';
import { OrganizationCacheController } from './organization-cache.controller.js';
import { ProjectCacheController } from './project-cache.controller.js';
import { ProjectCacheService } from './project-cache.service.js';

/** Caches as people see them. */
@Module({
  controllers: [
    BuildCacheController,
    ProjectCacheController,
    CacheMissesController,
    CacheStoreController,
    CachePruneController,
    OrganizationCacheController,
  ],
  providers: [BuildCacheService, CachePruneService, CacheRecordsService, CacheStoreService, ProjectCacheService],
})
export class CacheModule {}
