import { type PageQuery, pageOf, pageQuerySchema, queueSchema, workerSchema } from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { wholeList } from '../http/bounded-list.js';
import { uuid } from '../http/parameters.js';
import { WorkersService } from './workers.service.js';

@Controller('api/v1')
export class WorkersController {
  constructor(private readonly workers: WorkersService) {}

  @Get('workers')
  @Access('read')
  @Answers(200, pageOf(workerSchema), 'Processes of this installation, with the builds of the caller that they run.')
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuerySchema }) _query: PageQuery) {
    return wholeList(await this.workers.list(principal), (worker) => worker);
  }

  @Get('queue')
  @Access('read')
  @Answers(200, queueSchema, "What waits of the caller's projects, and why nothing is picked up where that is so.")
  queue(@CurrentPrincipal() principal: Principal) {
    return this.workers.queue(principal);
  }

  @Post('workers/:workerId/drain')
  @Access('person')
  @Answers(
    201,
    workerSchema,
    'Lets a builder finish what it does and take nothing more, over restarts. For administrators.',
  )
  drain(@CurrentPrincipal() principal: Principal, @CurrentActor() actor: Actor, @Param('workerId', uuid) id: string) {
    return this.workers.drain(principal, id, actor);
  }

  @Post('workers/:workerId/resume')
  @Access('person')
  @Answers(201, workerSchema, 'Lets a builder that drains take builds again. For administrators.')
  resume(@CurrentPrincipal() principal: Principal, @CurrentActor() actor: Actor, @Param('workerId', uuid) id: string) {
    return this.workers.resume(principal, id, actor);
  }
}
