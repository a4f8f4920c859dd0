import {
  type FilesQuery,
  fileRowSchema,
  filesQuerySchema,
  layersQuerySchema,
  layersSchema,
  pageOf,
} from '@cooperage/contracts';
import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { digest, uuid } from '../http/parameters.js';
import { ImageFilesService } from './image-files.service.js';

@Controller('api/v1/projects/:projectId/images/:digest')
export class ImageFilesController {
  constructor(private readonly files: ImageFilesService) {}

  @Get('layers')
  @Access('read')
  @Answers(200, layersSchema, 'Layers of an image with what each changes. `reading`: some are being read, ask again.')
  layers(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) imageDigest: string,
    @Query({ schema: layersQuerySchema }) { manifest }: z.infer<typeof layersQuerySchema>,
  ) {
    return this.files.layers(principal, projectId, imageDigest, manifest);
  }

  @Get('files')
  @Access('read')
  @Answers(200, pageOf(fileRowSchema), 'Files of a folder of an image or of one layer, the largest first, or a search.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) imageDigest: string,
    @Query({ schema: filesQuerySchema }) query: FilesQuery,
  ) {
    return this.files.list(principal, projectId, imageDigest, query);
  }
}
