import { keptTagSchema, type PageQuery, pageOf, pageQuerySchema } from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { tagName, uuid } from '../http/parameters.js';
import { KeptTagsService } from './kept-tags.service.js';

@Controller('api/v1/projects/:projectId/kept-tags')
export class KeptTagsController {
  constructor(private readonly tags: KeptTagsService) {}

  @Get()
  @Access('read')
  @Answers(200, pageOf(keptTagSchema), 'Tags of deleted images that stay with their protected branch or git tag.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.tags.list(principal, projectId, query);
  }

  @Delete(':tag')
  @HttpCode(204)
  @Access('write')
  @Answers(204, null, 'Frees a kept tag: from then on any build may have it. For admins.')
  async free(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('tag', tagName) tag: string,
  ): Promise<void> {
    await this.tags.free(principal, projectId, tag, actor);
  }
}
