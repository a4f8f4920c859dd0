import {
  type InsightsQuery,
  insightsQuerySchema,
  insightsSchema,
  type OverviewQuery,
  overviewQuerySchema,
  overviewSchema,
} from '@cooperage/contracts';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
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

  @Get('insights/days')
  @Access('read')
  @Answers(200, null, 'The days of the insights as comma-separated values, times in milliseconds and sizes in bytes.')
  async getDays(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: insightsQuerySchema }) query: InsightsQuery,
  ): Promise<StreamableFile> {
    return new StreamableFile(Buffer.from(await this.insights.table(principal, query)), {
      type: 'text/csv; charset=utf-8; header=present',
      disposition: 'attachment; filename="insights.csv"',
    });
  }
}
