import {
  type CreateProject,
  changedProjectSchema,
  createdProjectSchema,
  createProjectSchema,
  type PutGitCredentials,
  pageOf,
  pageQuerySchema,
  projectSchema,
  projectSummarySchema,
  putGitCredentialsSchema,
  type UpdateProject,
  updateProjectSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { ProjectsService } from './projects.service.js';

const listQuerySchema = pageQuerySchema.extend({ organization: z.string().max(64).optional() });

@Controller('api/v1/projects')
export class ProjectsController {
  constructor(private readonly projects: ProjectsService) {}

  @Get()
  @Access('read')
  @Answers(
    200,
    pageOf(projectSummarySchema),
    'Projects of the organizations that the caller is in, newest first. Their settings are at their own addresses.',
  )
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listQuerySchema }) { organization, ...query }: z.infer<typeof listQuerySchema>,
  ) {
    return this.projects.list(principal, organization, query);
  }

  @Post()
  @Access('write')
  @Answers(201, createdProjectSchema, 'Makes a project with its first rules and its first webhook secret.')
  create(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Body({ schema: createProjectSchema }) body: CreateProject,
  ) {
    return this.projects.create(principal, body, actor);
  }

  @Get(':projectId')
  @Access('read')
  @Answers(200, projectSchema, 'One project.')
  get(@CurrentPrincipal() principal: Principal, @Param('projectId', uuid) id: string) {
    return this.projects.get(principal, id);
  }

  @Patch(':projectId')
  @Access('write')
  @Answers(
    200,
    changedProjectSchema,
    'Changes what is sent and leaves the rest. A clone address at another host drops the git credentials.',
  )
  update(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) id: string,
    @Body({ schema: updateProjectSchema }) body: UpdateProject,
  ) {
    return this.projects.update(principal, id, body, actor);
  }

  @Delete(':projectId')
  @Access('write')
  @Answers(204, null, 'Deletes a project with its images; work that publishes ends first.')
  async remove(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) id: string,
  ) {
    await this.projects.remove(principal, id, actor);
  }

  @Delete(':projectId/repository-key')
  @Access('write')
  @Answers(
    204,
    null,
    'Forgets the git host’s own id of the repository. The next call that names its address is believed.',
  )
  async forgetRepositoryKey(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) id: string,
  ) {
    await this.projects.forgetRepositoryKey(principal, id, actor);
  }

  @Put(':projectId/git-credentials')
  @Access('write')
  @Answers(204, null, 'Credentials for the git host. They are never shown again.')
  async putGitCredentials(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) id: string,
    @Body({ schema: putGitCredentialsSchema }) body: PutGitCredentials,
  ) {
    await this.projects.putGitCredentials(principal, id, body, actor);
  }

  @Delete(':projectId/git-credentials')
  @Access('write')
  @Answers(204, null, 'Removes the credentials for the git host.')
  async removeGitCredentials(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) id: string,
  ) {
    await this.projects.removeGitCredentials(principal, id, actor);
  }
}
