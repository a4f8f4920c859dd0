import { foundImageSchema, type ImagesQuery, imagesQuerySchema, pageOf } from '@cooperage/contracts';
import { Controller, Get, Query } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { ImagesService } from './images.service.js';

@Controller('api/v1/images')
export class ImageListController {
  constructor(private readonly images: ImagesService) {}

  @Get()
  @Access('read')
  @Answers(
    200,
    pageOf(foundImageSchema),
    'Images of all projects, newest first; `q` is the beginning of a tag or digest.',
  )
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: imagesQuerySchema }) query: ImagesQuery) {
    return this.images.search(principal, query);
  }
}
