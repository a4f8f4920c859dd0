import {
  type ChangeRetention,
  changeRetentionSchema,
  type DeletionsQuery,
  deletionSchema,
  deletionsQuerySchema,
  pageOf,
  type RetentionPreviewQuery,
  retentionPolicySchema,
  retentionPreviewQuerySchema,
  retentionPreviewSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { textId, uuid } from '../http/parameters.js';
import { RetentionService } from './retention.service.js';

@Controller('api/v1/organizations/:organizationId/retention')
export class RetentionController {
  constructor(private readonly retention: RetentionService) {}

  @Get()
  @Access('read')
  @Answers(
    200,
    retentionPolicySchema,
    'How many days builds, logs and deliveries are kept, and where each value is set.',
  )
  policy(@CurrentPrincipal() principal: Principal, @Param('organizationId', textId) id: string) {
    return this.retention.policy(principal, id);
  }

  @Put()
  @Access('write')
  @Answers(200, retentionPolicySchema, 'Sets the values of the organization; null inherits. For admins.')
  change(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Body({ schema: changeRetentionSchema }) body: ChangeRetention,
  ) {
    return this.retention.change(principal, id, body, actor);
  }

  @Get('preview')
  @Access('read')
  @Answers(200, retentionPreviewSchema, 'A dry run: what these values would schedule for deletion now.')
  preview(
    @CurrentPrincipal() principal: Principal,
    @Param('organizationId', textId) id: string,
    @Query({ schema: retentionPreviewQuerySchema }) query: RetentionPreviewQuery,
  ) {
    return this.retention.preview(principal, id, query);
  }

  @Get('deletions')
  @Access('read')
  @Answers(200, pageOf(deletionSchema), 'Deletions that are open, done or called off, newest first.')
  deletions(
    @CurrentPrincipal() principal: Principal,
    @Param('organizationId', textId) id: string,
    @Query({ schema: deletionsQuerySchema }) query: DeletionsQuery,
  ) {
    return this.retention.deletions(principal, id, query);
  }

  @Post('deletions/:deletionId/undo')
  @HttpCode(200)
  @Access('write')
  @Answers(200, deletionSchema, 'Calls a scheduled deletion off; its age never selects the subject again. For admins.')
  undo(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Param('deletionId', uuid) deletionId: string,
  ) {
    return this.retention.undo(principal, id, deletionId, actor);
  }
}
