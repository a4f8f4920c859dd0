import { Module } from '@nestjs/common';
import { BuildsModule } from '../builds/builds.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { ChecksController } from './checks.controller.js';
import { ChecksService } from './checks.service.js';
import { FirstStepsController } from './first-steps.controller.js';
import { FirstStepsService } from './first-steps.service.js';
import { SetupController } from './setup.controller.js';
import { SetupService } from './setup.service.js';
import { SetupAccess } from './setup-access.service.js';
import { SetupToken } from './setup-token.js';

@Module({
  imports: [ProjectsModule, BuildsModule],
  controllers: [SetupController, ChecksController, FirstStepsController],
  providers: [SetupService, SetupToken, SetupAccess, ChecksService, FirstStepsService],
})
export class SetupModule {}
