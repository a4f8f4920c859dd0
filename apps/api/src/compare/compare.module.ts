import { Module } from '@nestjs/common';
import { ImagesModule } from '../images/images.module.js';
import { CompareController } from './compare.controller.js';
import { CompareService } from './compare.service.js';

@Module({ imports: [ImagesModule], controllers: [CompareController], providers: [CompareService] })
export class CompareModule {}
