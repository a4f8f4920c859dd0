import { Module } from '@nestjs/common';
import { HooksModule } from '../hooks/hooks.module.js';
import { WorkersModule } from '../workers/workers.module.js';
import { BuildActionsService } from './build-actions.service.js';
import { BuildListsController } from './build-lists.controller.js';
import { BuildListsService } from './build-lists.service.js';
import { BuildLogController } from './build-log.controller.js';
import { BuildLogService } from './build-log.service.js';
import { BuildLogFollowController } from './build-log-follow.controller.js';
import { BuildLogFollowService } from './build-log-follow.service.js';
import { BuildLogSearchController } from './build-log-search.controller.js';
import { BuildLogSearchService } from './build-log-search.service.js';
import { BuildRelationsController } from './build-relations.controller.js';
import { BuildRelationsService } from './build-relations.service.js';
import { BuildsController } from './builds.controller.js';
import { BuildsService } from './builds.service.js';
import { DockerfileReader } from './dockerfile-reader.js';
import { LogIndexes } from './log-indexes.js';
import { SavedViewsController } from './saved-views.controller.js';

@Module({
  imports: [HooksModule, WorkersModule],
  controllers: [
    BuildListsController,
    BuildsController,
    BuildRelationsController,
    BuildLogController,
    BuildLogSearchController,
    BuildLogFollowController,
    SavedViewsController,
  ],
  providers: [
    BuildsService,
    BuildListsService,
    BuildActionsService,
    BuildRelationsService,
    BuildLogService,
    BuildLogSearchService,
    BuildLogFollowService,
    DockerfileReader,
    LogIndexes,
  ],
  exports: [BuildsService, DockerfileReader],
})
export class BuildsModule {}
