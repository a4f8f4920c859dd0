import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.js';
import { LookupController } from './lookup.controller.js';
import { LookupService } from './lookup.service.js';
import { SearchController } from './search.controller.js';
import { SearchService } from './search.service.js';

@Module({
  imports: [ProjectsModule],
  controllers: [LookupController, SearchController],
  providers: [LookupService, SearchService],
})
export class SearchModule {}
