import { type ProjectGlanceView, projectGlanceSchema } from '@cooperage/contracts';
import { BuildLists, ProjectGlance } from '@cooperage/db';
import type { BuildStatus } from '@cooperage/domain';
import { Controller, Get, Param } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { presentBuildSummary } from '../builds/present-build.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';

@Controller('api/v1/projects/:projectId/glance')
export class ProjectGlanceController {
  constructor(
    private readonly glance: ProjectGlance,
    private readonly lists: BuildLists,
    private readonly access: AccessService,
  ) {}

  @Get()
  @Access('read')
  @Answers(
    200,
    projectGlanceSchema,
    'Branches with their newest builds, the last builds, and the git host’s last call.',
  )
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
  ): Promise<ProjectGlanceView> {
    const project = await this.access.project(principal, projectId);
    const [heads, recent, lastCallAt] = await Promise.all([
      this.glance.branches(projectId),
      this.glance.recent(projectId),
      this.glance.lastCallAt(projectId),
    ]);
    const builds = (await this.lists.named(heads.flatMap(({ newestId }) => newestId ?? []))).map(presentBuildSummary);
    return {
      defaultBranch: builds.find(({ ref }) => ref === `refs/heads/${project.defaultBranch}`) ?? null,
      branches: heads.map(({ ref, evaluatedAt, newestId }) => ({
        ref,
        evaluatedAt: evaluatedAt.toISOString(),
        newest: builds.find(({ id }) => id === newestId) ?? null,
      })),
      recent: recent.map((build) => ({ ...build, status: build.status as BuildStatus })),
      lastCallAt: lastCallAt?.toISOString() ?? null,
    };
  }
}
