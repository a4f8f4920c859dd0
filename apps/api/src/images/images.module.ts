import { Module } from '@nestjs/common';
import { ImageFilesController } from './image-files.controller.js';
import { ImageFilesService } from './image-files.service.js';
import { ImageListController } from './image-list.controller.js';
import { ImageReader } from './image-reader.js';
import { ImagesController } from './images.controller.js';
import { ImagesService } from './images.service.js';
import { LayerReader } from './layer-reader.js';

@Module({
  controllers: [ImagesController, ImageListController, ImageFilesController],
  providers: [ImagesService, ImageFilesService, ImageReader, LayerReader],
  exports: [ImageReader],
})
export class ImagesModule {}
