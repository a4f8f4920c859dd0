import { type SearchQuery, searchAnswerSchema, searchQuerySchema } from '@cooperage/contracts';
import { Controller, Get, Query } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { SearchService } from './search.service.js';

@Controller('api/v1/search')
export class SearchController {
  constructor(private readonly service: SearchService) {}

  @Get()
  @Access('read')
  @Answers(200, searchAnswerSchema, 'Projects, builds and images by a line as people type it; at most 8 of each.')
  search(@CurrentPrincipal() principal: Principal, @Query({ schema: searchQuerySchema }) query: SearchQuery) {
    return this.service.search(principal, query);
  }
}
