import { Module } from '@nestjs/common';
import { SigningModule } from '../signing/signing.module.js';
import { PolicyService } from './policy.service.js';
import { ProjectTrustController } from './project-trust.controller.js';
import { TrustController } from './trust.controller.js';
import { TrustService } from './trust.service.js';
import { TrustRequestsService } from './trust-requests.service.js';

@Module({
  imports: [SigningModule],
  controllers: [TrustController, ProjectTrustController],
  providers: [TrustService, TrustRequestsService, PolicyService],
})
export class TrustModule {}
