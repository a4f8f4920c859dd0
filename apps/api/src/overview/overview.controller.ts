import {
  type InsightsQuery,
  insightsQuerySchema,
  insightsSchema,
  type OverviewQuery,
  overviewQuerySchema,
  overviewSchema,
} from '@cooperage/contracts';
import { Controller, Get, Query } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { InsightsService } from './insights.service.js';
import { OverviewService } from './overview.service.js';

@Controller('api/v1')
export class OverviewController {
  constructor(
    private readonly overview: OverviewService,
    private readonly insights: InsightsService,
  ) {}

  @Get('overview')
  @Access('read')
  @Answers(200, overviewSchema, 'What goes on, what needs somebody, and the last fourteen days.')
  get(@CurrentPrincipal() principal: Principal, @Query({ schema: overviewQuerySchema }) query: OverviewQuery) {
    return this.overview.get(principal, query);
  }

  @Get('insights')
  @Access('read')
  @Answers(200, insightsSchema, 'Times, waits, failures and reuse of some days, with the builds behind them.')
  getInsights(@CurrentPrincipal() principal: Principal, @Query({ schema: insightsQuerySchema }) query: InsightsQuery) {
    return this.insights.get(principal, query);
  }
}
