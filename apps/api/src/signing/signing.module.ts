import { Module } from '@nestjs/common';
import { BuilderPageController } from './builder-page.controller.js';
import { SigningController } from './signing.controller.js';
import { SigningService } from './signing.service.js';

@Module({ controllers: [SigningController, BuilderPageController], providers: [SigningService] })
export class SigningModule {}
