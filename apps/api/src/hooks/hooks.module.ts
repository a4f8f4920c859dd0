import { Module } from '@nestjs/common';
import { DeliveryQuota } from './delivery-quota.js';
import { HookSecretCache } from './hook-secret-cache.js';
import { HookSecretsController } from './hook-secrets.controller.js';
import { HookSecretsService } from './hook-secrets.service.js';
import { IntakeService } from './intake.service.js';

@Module({
  controllers: [HookSecretsController],
  providers: [HookSecretsService, HookSecretCache, IntakeService, DeliveryQuota],
  exports: [HookSecretCache],
})
export class HooksModule {}
