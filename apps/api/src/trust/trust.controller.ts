import {
  foundImageSchema,
  pageOf,
  reverificationSchema,
  type TrustQuery,
  trustKeySchema,
  trustQuerySchema,
} from '@cooperage/contracts';
import { Controller, Get, Query } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { TrustService } from './trust.service.js';

/** Trust across all projects of the caller's organizations. */
@Controller('api/v1/trust')
export class TrustController {
  constructor(private readonly trust: TrustService) {}

  @Get('keys')
  @Access('read')
  @Answers(200, pageOf(trustKeySchema), 'Signing keys of all projects, newest first: their public parts and their use.')
  keys(@CurrentPrincipal() principal: Principal, @Query({ schema: trustQuerySchema }) query: TrustQuery) {
    return this.trust.keys(principal, query);
  }

  @Get('verifications')
  @Access('read')
  @Answers(200, pageOf(reverificationSchema), 'The newest round of verification of each project.')
  rounds(@CurrentPrincipal() principal: Principal, @Query({ schema: trustQuerySchema }) query: TrustQuery) {
    return this.trust.rounds(principal, query);
  }

  @Get('failing')
  @Access('read')
  @Answers(200, pageOf(foundImageSchema), 'Tagged images whose newest verification found a fault: the 100 newest.')
  failing(@CurrentPrincipal() principal: Principal, @Query({ schema: trustQuerySchema }) query: TrustQuery) {
    return this.trust.failing(principal, query);
  }
}
