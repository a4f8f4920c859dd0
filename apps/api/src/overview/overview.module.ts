import { Module } from '@nestjs/common';
import { InsightsService } from './insights.service.js';
import { OverviewController } from './overview.controller.js';
import { OverviewService } from './overview.service.js';

@Module({ controllers: [OverviewController], providers: [OverviewService, InsightsService] })
export class OverviewModule {}
