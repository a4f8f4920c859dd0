import {
  administeredOrganizationSchema,
  organizationDetailSchema,
  organizationUsageSchema,
  type PageQuery,
  pageOf,
  pageQuerySchema,
  type QuotaSettingsView,
  quotaSettingsSchema,
  type SuspendOrganization,
  suspendedOrganizationSchema,
  suspendOrganizationSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { textId } from '../http/parameters.js';
import { AdministrationService } from './administration.service.js';
import { UsageService } from './usage.service.js';

/** Organizations by their id or their short name. Except for the usage, all of it is for administrators of the installation. */
@Controller('api/v1')
export class AdministrationController {
  constructor(
    private readonly administration: AdministrationService,
    private readonly usage: UsageService,
  ) {}

  @Get('organizations')
  @Access('person')
  @Answers(200, pageOf(administeredOrganizationSchema), 'Every organization. For administrators of the installation.')
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.administration.list(principal, query);
  }

  @Get('organizations/:organizationId')
  @Access('person')
  @Answers(200, organizationDetailSchema, 'One organization with its projects and open builds. For administrators.')
  get(@CurrentPrincipal() principal: Principal, @Param('organizationId', textId) id: string) {
    return this.administration.get(principal, id);
  }

  @Delete('organizations/:organizationId')
  @Access('person')
  @Answers(204, null, 'Deletes an organization with all that it has. For administrators.')
  async remove(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
  ) {
    await this.administration.remove(principal, id, actor);
  }

  @Post('organizations/:organizationId/suspend')
  @Access('person')
  @Answers(
    201,
    suspendedOrganizationSchema,
    'Cancels its running builds and lets no further one begin. For administrators.',
  )
  suspend(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Body({ schema: suspendOrganizationSchema }) body: SuspendOrganization,
  ) {
    return this.administration.suspend(principal, id, body.comment, actor);
  }

  @Post('organizations/:organizationId/resume')
  @Access('person')
  @Answers(204, null, 'Lets builds of a suspended organization begin again. For administrators.')
  async resume(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
  ) {
    await this.administration.resume(principal, id, actor);
  }

  @Get('organizations/:organizationId/usage')
  @Access('read')
  @Answers(200, organizationUsageSchema, 'Quotas and what is used of them. For members, and for administrators.')
  usageOf(@CurrentPrincipal() principal: Principal, @Param('organizationId', textId) id: string) {
    return this.usage.get(principal, id);
  }

  @Put('organizations/:organizationId/quotas')
  @Access('person')
  @Answers(
    200,
    organizationUsageSchema,
    'Sets what one organization may use; null for what holds for all. For administrators.',
  )
  setQuotas(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Body({ schema: quotaSettingsSchema }) body: QuotaSettingsView,
  ) {
    return this.usage.set(principal, id, body, actor);
  }

  @Get('quotas')
  @Access('person')
  @Answers(200, quotaSettingsSchema, 'What organizations may use that have no quotas of their own. For administrators.')
  defaults(@CurrentPrincipal() principal: Principal) {
    return this.usage.defaults(principal);
  }

  @Put('quotas')
  @Access('person')
  @Answers(200, quotaSettingsSchema, 'Sets them; null for the built-in value, or no limit. For administrators.')
  setDefaults(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Body({ schema: quotaSettingsSchema }) body: QuotaSettingsView,
  ) {
    return this.usage.setDefaults(principal, body, actor);
  }
}
