import {
  deliveryDetailSchema,
  deliverySchema,
  type PageQuery,
  pageOf,
  pageQuerySchema,
  refusalSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { DeliveriesService } from './deliveries.service.js';

@Controller('api/v1')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Get('projects/:projectId/deliveries')
  @Access('read')
  @Answers(200, pageOf(deliverySchema), 'Deliveries of a project with their verdicts, newest first.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.deliveries.list(principal, projectId, query);
  }

  @Get('projects/:projectId/refusals')
  @Access('read')
  @Answers(200, pageOf(refusalSchema), 'The newest webhook calls without a valid proof.')
  listRefusals(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) _query: PageQuery,
  ) {
    return this.deliveries.listRefusals(principal, projectId);
  }

  @Get('deliveries/:deliveryId')
  @Access('read')
  @Answers(200, deliveryDetailSchema, 'A delivery as it arrived.')
  get(@CurrentPrincipal() principal: Principal, @Param('deliveryId', uuid) id: string) {
    return this.deliveries.get(principal, id);
  }

  @Post('deliveries/:deliveryId/replay')
  @Access('write')
  @Answers(202, deliverySchema, 'Evaluates the ref of a delivery once more, as a new delivery.')
  replay(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('deliveryId', uuid) id: string,
  ) {
    return this.deliveries.replay(principal, id, actor);
  }
}
