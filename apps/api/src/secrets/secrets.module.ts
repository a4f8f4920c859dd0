import { Module } from '@nestjs/common';
import { RegistryTrialService } from './registry-trial.service.js';
import { SecretsController } from './secrets.controller.js';
import { SecretsService } from './secrets.service.js';

@Module({ controllers: [SecretsController], providers: [RegistryTrialService, SecretsService] })
export class SecretsModule {}
