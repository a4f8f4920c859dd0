import { Module } from '@nestjs/common';
import { RegistryTrialService } from './registry-trial.service.js';
import { SecretsController } from './secrets.controller.js';
import { SecretsService } from './secrets.service.js';
import { SecretsInClearService } from './secrets-in-clear.service.js';

@Module({
  controllers: [SecretsController],
  providers: [RegistryTrialService, SecretsInClearService, SecretsService],
  exports: [SecretsInClearService],
})
export class SecretsModule {}
