import {
  type DeliveriesQuery,
  deliveriesQuerySchema,
  deliveryDetailSchema,
  deliverySchema,
  dryRunSchema,
  hookSilenceSchema,
  type PageQuery,
  type ProjectDeliveriesQuery,
  pageOf,
  pageQuerySchema,
  projectDeliveriesQuerySchema,
  refusalSchema,
  type SilenceQuery,
  silenceQuerySchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Controller, Get, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { Idempotent } from '../idempotency/idempotent.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryBodyService } from './delivery-body.service.js';
import { DryRunService } from './dry-run.service.js';

@Controller('api/v1')
export class DeliveriesController {
  constructor(
    private readonly deliveries: DeliveriesService,
    private readonly dryRuns: DryRunService,
    private readonly bodies: DeliveryBodyService,
  ) {}

  @Get('deliveries')
  @Access('read')
  @Answers(200, pageOf(deliverySchema), 'Deliveries of all projects with a few verdicts each, newest first.')
  listAll(@CurrentPrincipal() principal: Principal, @Query({ schema: deliveriesQuerySchema }) query: DeliveriesQuery) {
    return this.deliveries.list(principal, query);
  }

  @Get('projects/:projectId/deliveries')
  @Access('read')
  @Answers(200, pageOf(deliverySchema), 'Deliveries of a project with a few verdicts each, newest first.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) project: string,
    @Query({ schema: projectDeliveriesQuerySchema }) query: ProjectDeliveriesQuery,
  ) {
    return this.deliveries.list(principal, { ...query, project });
  }

  @Get('refusals')
  @Access('read')
  @Answers(200, pageOf(refusalSchema), 'The newest webhook calls without a valid proof, of all projects.')
  listAllRefusals(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuerySchema }) _query: PageQuery) {
    return this.deliveries.listRefusals(principal);
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

  @Get('hook-silences')
  @Access('read')
  @Answers(
    200,
    pageOf(hookSilenceSchema),
    'Projects without a delivery for days although their default branch has moved, the longest first.',
  )
  listSilences(@CurrentPrincipal() principal: Principal, @Query({ schema: silenceQuerySchema }) query: SilenceQuery) {
    return this.deliveries.listSilences(principal, query.project);
  }

  @Get('deliveries/:deliveryId')
  @Access('read')
  @Answers(
    200,
    deliveryDetailSchema,
    'A delivery as it arrived, with all its verdicts and the first 256 KiB of its body.',
  )
  get(@CurrentPrincipal() principal: Principal, @Param('deliveryId', uuid) id: string) {
    return this.deliveries.get(principal, id);
  }

  /** Someone else's program wrote it: it is bytes to be saved, never a page to be shown (S-086). */
  @Get('deliveries/:deliveryId/body')
  @Access('read')
  @Answers(200, null, 'The whole body of a delivery, byte for byte.')
  async body(@CurrentPrincipal() principal: Principal, @Param('deliveryId', uuid) id: string) {
    const { stream, bytes, fileName } = await this.bodies.open(principal, id);
    const disposition = `attachment; filename="${fileName}"`;
    return new StreamableFile(stream, { type: 'application/octet-stream', disposition, length: bytes });
  }

  @Get('deliveries/:deliveryId/dry-run')
  @Access('read')
  @Answers(200, dryRunSchema, "What today's rules would make of a delivery as it arrived. It starts nothing.")
  dryRun(@CurrentPrincipal() principal: Principal, @Param('deliveryId', uuid) id: string) {
    return this.dryRuns.of(principal, id);
  }

  @Post('deliveries/:deliveryId/replay')
  @Access('write')
  @Idempotent()
  @Answers(202, deliverySchema, 'Evaluates the ref of a delivery once more, as a new delivery.')
  replay(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('deliveryId', uuid) id: string,
  ) {
    return this.deliveries.replay(principal, id, actor);
  }
}
