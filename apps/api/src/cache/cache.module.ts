import { Module } from '@nestjs/common';
import { BuildCacheController } from './build-cache.controller.js';
import { BuildCacheService } from './build-cache.service.js';

/** Caches as people see them. */
@Module({ controllers: [BuildCacheController], providers: [BuildCacheService] })
export class CacheModule {}
