import { buildCacheSchema } from '@cooperage/contracts';
import { Controller, Get, Param } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { BuildCacheService } from './build-cache.service.js';

@Controller('api/v1/builds/:buildId/cache')
export class BuildCacheController {
  constructor(private readonly caches: BuildCacheService) {}

  @Get()
  @Access('read')
  @Answers(200, buildCacheSchema, 'Why each step ran or did not, and which caches the build reads and writes.')
  get(@CurrentPrincipal() principal: Principal, @Param('buildId', uuid) id: string) {
    return this.caches.get(principal, id);
  }
}
