import { Module } from '@nestjs/common';
import { BuilderPageController } from './builder-page.controller.js';
import { SigningController } from './signing.controller.js';
import { SigningService } from './signing.service.js';
import { VerificationService } from './verification.service.js';

@Module({
  controllers: [SigningController, BuilderPageController],
  providers: [SigningService, VerificationService],
  exports: [VerificationService],
})
export class SigningModule {}
