import {
  imageFactsSchema,
  imageSchema,
  imageSummarySchema,
  type PageQuery,
  type ProjectImagesQuery,
  pageOf,
  pageQuerySchema,
  projectImagesQuerySchema,
  type TagMovesQuery,
  tagMoveSchema,
  tagMovesQuerySchema,
  tagSchema,
  tagUseSchema,
} from '@cooperage/contracts';
import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { digest, uuid } from '../http/parameters.js';
import { ImagesService } from './images.service.js';

@Controller('api/v1/projects/:projectId')
export class ImagesController {
  constructor(private readonly images: ImagesService) {}

  @Get('images')
  @Access('read')
  @Answers(
    200,
    pageOf(imageSummarySchema),
    'Images of a project, newest first; `q` is the beginning of a tag or digest.',
  )
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: projectImagesQuerySchema }) query: ProjectImagesQuery,
  ) {
    return this.images.list(principal, projectId, query);
  }

  @Get('images/:digest')
  @Access('read')
  @Answers(200, imageSchema, 'An image as the registry holds it: manifests, configs, layers, referrers.')
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) imageDigest: string,
  ) {
    return this.images.get(principal, projectId, imageDigest);
  }

  @Get('images/:digest/facts')
  @Access('read')
  @Answers(
    200,
    imageFactsSchema,
    'What is known of an image without the registry: build, verdict, bases, the one before.',
  )
  facts(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) imageDigest: string,
  ) {
    return this.images.getFacts(principal, projectId, imageDigest);
  }

  @Get('tags')
  @Access('read')
  @Answers(200, pageOf(tagSchema), 'Where each tag points.')
  tags(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.images.tags(principal, projectId, query);
  }

  @Get('tag-use')
  @Access('read')
  @Answers(200, tagUseSchema, 'How many tags the project has, and how many it may have.')
  tagUse(@CurrentPrincipal() principal: Principal, @Param('projectId', uuid) projectId: string) {
    return this.images.tagUse(principal, projectId);
  }

  @Get('tag-moves')
  @Access('read')
  @Answers(
    200,
    pageOf(tagMoveSchema),
    'When tags moved, from where to where and by whom, newest first: all, of one tag, or of one image.',
  )
  tagMoves(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: tagMovesQuerySchema }) query: TagMovesQuery,
  ) {
    return this.images.tagMoves(principal, projectId, query);
  }

  @Get('blobs/:digest')
  @Access('read')
  @Answers(200, null, 'A manifest, config, signature or attestation, exactly as it is stored; at most 4 MiB.')
  async raw(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) blobDigest: string,
  ) {
    const { stream, bytes } = await this.images.raw(principal, projectId, blobDigest);
    return new StreamableFile(stream, {
      type: 'text/plain; charset=utf-8',
      disposition: 'attachment',
      length: bytes,
    });
  }
}
