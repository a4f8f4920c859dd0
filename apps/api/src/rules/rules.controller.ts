import {
  type PageQuery,
  pageOf,
  pageQuerySchema,
  type RuleSettings,
  ruleSchema,
  ruleSettingsSchema,
  type UpdateRule,
  updateRuleSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { RulesService } from './rules.service.js';

@Controller('api/v1/projects/:projectId/rules')
export class RulesController {
  constructor(private readonly rules: RulesService) {}

  @Get()
  @Access('read')
  @Answers(200, pageOf(ruleSchema), 'Rules of a project, in the order in which they are judged.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.rules.list(principal, projectId, query);
  }

  @Post()
  @Access('write')
  @Answers(201, ruleSchema, 'Adds a rule.')
  create(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Body({ schema: ruleSettingsSchema }) body: RuleSettings,
  ) {
    return this.rules.create(principal, projectId, body, actor);
  }

  @Get(':ruleId')
  @Access('read')
  @Answers(200, ruleSchema, 'One rule.')
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('ruleId', uuid) ruleId: string,
  ) {
    return this.rules.get(principal, projectId, ruleId);
  }

  @Patch(':ruleId')
  @Access('write')
  @Answers(200, ruleSchema, 'Changes what is sent and leaves the rest.')
  update(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('ruleId', uuid) ruleId: string,
    @Body({ schema: updateRuleSchema }) body: UpdateRule,
  ) {
    return this.rules.update(principal, projectId, ruleId, body, actor);
  }

  @Delete(':ruleId')
  @Access('write')
  @Answers(204, null, 'Removes a rule; its builds stay.')
  async remove(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('ruleId', uuid) ruleId: string,
  ) {
    await this.rules.remove(principal, projectId, ruleId, actor);
  }
}
