import { Module } from '@nestjs/common';
import { BuildCacheController } from './build-cache.controller.js';
import { BuildCacheService } from './build-cache.service.js';
import { ProjectCacheController } from './project-cache.controller.js';

/** Caches as people see them. */
@Module({ controllers: [BuildCacheController, ProjectCacheController], providers: [BuildCacheService] })
export class CacheModule {}
