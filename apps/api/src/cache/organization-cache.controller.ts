import { type OrganizationCache, organizationCacheSchema } from '@cooperage/contracts';
import { type Actor, MemberRepository } from '@cooperage/db';
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { textId } from '../http/parameters.js';
import { notFound } from '../http/problem.js';

@Controller('api/v1/organizations/:organizationId/cache')
export class OrganizationCacheController {
  constructor(
    private readonly organizations: MemberRepository,
    private readonly access: AccessService,
  ) {}

  @Get()
  @Access('read')
  @Answers(200, organizationCacheSchema, 'What caches of each project may weigh that says nothing itself.')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('organizationId', textId) id: string,
  ): Promise<OrganizationCache> {
    this.access.organization(principal, id);
    return { cacheBudgetBytes: await this.organizations.cacheBudget(id) };
  }

  @Put()
  @Access('write')
  @Answers(200, organizationCacheSchema, 'Sets what caches of each project may weigh that says nothing itself.')
  async set(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Body({ schema: organizationCacheSchema }) body: OrganizationCache,
  ): Promise<OrganizationCache> {
    this.access.organization(principal, id, 'organization.rename');
    if (!(await this.organizations.setCacheBudget(id, body.cacheBudgetBytes, actor))) throw notFound();
    return body;
  }
}
