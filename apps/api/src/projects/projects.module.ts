import { Module } from '@nestjs/common';
import { HooksModule } from '../hooks/hooks.module.js';
import { LookupController, ProjectsController } from './projects.controller.js';
import { ProjectsService } from './projects.service.js';

@Module({ imports: [HooksModule], controllers: [ProjectsController, LookupController], providers: [ProjectsService] })
export class ProjectsModule {}
