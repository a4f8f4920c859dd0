import { type PageQuery, pageOf, pageQuerySchema, workerSchema } from '@cooperage/contracts';
import { ProcessRepository, RunningBuilds } from '@cooperage/db';
import { Controller, Get, Query } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { wholeList } from '../http/bounded-list.js';
import { presentWorker } from './present-worker.js';

@Controller('api/v1/workers')
export class WorkersController {
  constructor(
    private readonly processes: ProcessRepository,
    private readonly running: RunningBuilds,
  ) {}

  @Get()
  @Access('read')
  @Answers(200, pageOf(workerSchema), 'Processes of this installation, with the builds of the caller that they run.')
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuerySchema }) _query: PageQuery) {
    const processes = await this.processes.list();
    const ids = processes.map(({ id }) => id);
    const builds = await this.running.of(ids, organizationIdsOf(principal));
    const now = new Date();
    return wholeList(processes, (process) =>
      presentWorker(
        process,
        builds.filter(({ instanceId }) => instanceId === process.id),
        now,
      ),
    );
  }
}
