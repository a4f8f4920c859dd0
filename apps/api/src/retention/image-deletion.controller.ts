import { type DeleteImage, deleteImageSchema, deletionSchema, imageDeletionPreviewSchema } from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { digest, uuid } from '../http/parameters.js';
import { ImageDeletionService } from './image-deletion.service.js';

@Controller('api/v1/projects/:projectId/images/:digest/deletion')
export class ImageDeletionController {
  constructor(private readonly deletions: ImageDeletionService) {}

  @Get()
  @Access('read')
  @Answers(200, imageDeletionPreviewSchema, 'A dry run: tags, signatures and attestations that go with the image.')
  preview(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) imageDigest: string,
  ) {
    return this.deletions.preview(principal, projectId, imageDigest);
  }

  @Post()
  @Access('write')
  @Answers(
    201,
    deletionSchema,
    'Schedules the deletion of an image with its tags and referrers. When it is `deleted`, nothing of it can be pulled by tag or digest that no other image of the project has; its bytes stay on the registry’s disk until garbage is collected. For admins.',
  )
  schedule(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) imageDigest: string,
    @Body({ schema: deleteImageSchema }) body: DeleteImage,
  ) {
    return this.deletions.schedule(principal, projectId, imageDigest, body, actor);
  }
}
