import {
  createdHookSecretSchema,
  hookSecretSchema,
  type PageQuery,
  pageOf,
  pageQuerySchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { HookSecretsService } from './hook-secrets.service.js';

@Controller('api/v1/projects/:projectId/hook-secrets')
export class HookSecretsController {
  constructor(private readonly secrets: HookSecretsService) {}

  @Get()
  @Access('read')
  @Answers(200, pageOf(hookSecretSchema), 'Webhook secrets of a project; never their values.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) _query: PageQuery,
  ) {
    return this.secrets.list(principal, projectId);
  }

  @Post()
  @Access('write')
  @Answers(201, createdHookSecretSchema, 'Adds a webhook secret; older ones stay valid until they are removed.')
  create(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
  ) {
    return this.secrets.create(principal, projectId, actor);
  }

  @Delete(':secretId')
  @Access('write')
  @Answers(204, null, 'Removes a webhook secret: calls that are signed with it are refused from now on.')
  async remove(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('secretId', uuid) secretId: string,
  ) {
    await this.secrets.remove(principal, projectId, secretId, actor);
  }
}
