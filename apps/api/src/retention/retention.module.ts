import { Module } from '@nestjs/common';
import { ImageDeletionController } from './image-deletion.controller.js';
import { ImageDeletionService } from './image-deletion.service.js';
import { KeptTagsController } from './kept-tags.controller.js';
import { KeptTagsService } from './kept-tags.service.js';
import { RetentionController } from './retention.controller.js';
import { RetentionService } from './retention.service.js';

/** How long things are kept, and deletions. */
@Module({
  controllers: [RetentionController, ImageDeletionController, KeptTagsController],
  providers: [RetentionService, ImageDeletionService, KeptTagsService],
})
export class RetentionModule {}
