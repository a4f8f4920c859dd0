import { pageOf, pageQuerySchema, savedViewSchema, saveViewSchema } from '@cooperage/contracts';
import { type SavedViewRecord, SavedViewRepository } from '@cooperage/db';
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { wholeList } from '../http/bounded-list.js';
import { uuid } from '../http/parameters.js';
import { ApiProblem, notFound } from '../http/problem.js';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';

/** Filters with a name, of the person who asks and of nobody else. */
@Controller('api/v1/saved-views')
export class SavedViewsController {
  private readonly saves: SharedRateLimit;

  constructor(
    private readonly views: SavedViewRepository,
    limits: SharedRateLimits,
  ) {
    this.saves = limits.limit('saved view', { tries: 60, windowMs: 60_000 });
  }

  @Get()
  @Access('read')
  @Answers(200, pageOf(savedViewSchema), 'Filters of builds that the caller has given a name.')
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageQuerySchema }) _query: z.infer<typeof pageQuerySchema>,
  ) {
    return wholeList(await this.views.list(principal.userId, 'builds'), presentView);
  }

  @Post()
  @Access('write')
  @Answers(201, savedViewSchema, 'Gives a filter of builds a name.')
  async save(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: saveViewSchema }) body: z.infer<typeof saveViewSchema>,
  ) {
    await this.saves.demand(principal.userId);
    const view = await this.views.add(principal.userId, { list: 'builds', ...body });
    if (!view)
      throw new ApiProblem('conflict', { detail: 'There is a view of this name, or there are fifty already.' });
    return presentView(view);
  }

  @Delete(':viewId')
  @Access('write')
  @Answers(204, null, 'Forgets a saved filter.')
  async remove(@CurrentPrincipal() principal: Principal, @Param('viewId', uuid) id: string): Promise<void> {
    if (!(await this.views.remove(principal.userId, id))) throw notFound();
  }
}

function presentView({ id, name, filter, createdAt }: SavedViewRecord) {
  return { id, name, filter, createdAt: createdAt.toISOString() };
}
