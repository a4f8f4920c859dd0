import { SilenceRepository } from '@cooperage/db';
import { Module } from '@nestjs/common';
import { onDatabase } from '../app/on-database.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { WorkersModule } from '../workers/workers.module.js';
import { InsightsService } from './insights.service.js';
import { OverviewController } from './overview.controller.js';
import { OverviewService } from './overview.service.js';

@Module({
  imports: [WorkersModule, OrganizationsModule],
  controllers: [OverviewController],
  providers: [OverviewService, InsightsService, onDatabase(SilenceRepository)],
})
export class OverviewModule {}
