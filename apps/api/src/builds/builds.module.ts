import { Module } from '@nestjs/common';
import { BuildActionsService } from './build-actions.service.js';
import { BuildLogController } from './build-log.controller.js';
import { BuildLogService } from './build-log.service.js';
import { BuildsController } from './builds.controller.js';
import { BuildsService } from './builds.service.js';

@Module({
  controllers: [BuildsController, BuildLogController],
  providers: [BuildsService, BuildActionsService, BuildLogService],
})
export class BuildsModule {}
