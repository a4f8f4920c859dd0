import { Module } from '@nestjs/common';
import { HooksModule } from '../hooks/hooks.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { ProjectGlanceController } from './project-glance.controller.js';
import { ProjectsController } from './projects.controller.js';
import { ProjectsService } from './projects.service.js';

@Module({
  imports: [HooksModule, SecretsModule],
  controllers: [ProjectsController, ProjectGlanceController],
  providers: [ProjectsService],
  exports: [ProjectsService],
})
export class ProjectsModule {}
