import {
  type CacheMisses,
  cacheMissesSchema,
  type ProjectCacheQuery,
  projectCacheQuerySchema,
} from '@cooperage/contracts';
import { StepVerdictRepository } from '@cooperage/db';
import { type MissedStep, missAdvice } from '@cooperage/domain';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';

const dayMs = 86_400_000;

@Controller('api/v1/projects/:projectId/cache/misses')
export class CacheMissesController {
  constructor(
    private readonly verdicts: StepVerdictRepository,
    private readonly access: AccessService,
    private readonly share: StatisticsShare,
  ) {}

  @Get()
  @Access('read')
  @Answers(200, cacheMissesSchema, 'Which steps of a project run again and again, what that costs, and why.')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: projectCacheQuerySchema }) { days }: ProjectCacheQuery,
  ): Promise<CacheMisses> {
    await this.access.project(principal, projectId);
    const from = new Date(Date.now() - days * dayMs);
    const { builds, steps } = await this.share.run(principal, () => this.verdicts.missed(projectId, from));
    return { builds, steps: steps.map(present) };
  }
}

function present(step: MissedStep): CacheMisses['steps'][number] {
  const { stepKey: _key, causes, along, ...facts } = step;
  return {
    ...{ ...facts, along: [...along], advice: missAdvice(step) },
    causes: causes.map(({ named, ...cause }) => ({ ...cause, named: [...named] })),
  };
}
