import { Module } from '@nestjs/common';
import { BuildsModule } from '../builds/builds.module.js';
import { ImagesModule } from '../images/images.module.js';
import { CompareController } from './compare.controller.js';
import { CompareService } from './compare.service.js';

@Module({ imports: [BuildsModule, ImagesModule], controllers: [CompareController], providers: [CompareService] })
export class CompareModule {}
