import { IntakeRepository } from '@cooperage/db';
import { Module } from '@nestjs/common';
import { AskedBounds } from './asked-bounds.js';
import { DeliveryBounds } from './delivery-bounds.js';
import { DeliveryQuota } from './delivery-quota.js';
import { HookSecretCache } from './hook-secret-cache.js';
import { HookSecretsController } from './hook-secrets.controller.js';
import { HookSecretsService } from './hook-secrets.service.js';
import { IntakeService } from './intake.service.js';

@Module({
  controllers: [HookSecretsController],
  providers: [
    HookSecretsService,
    HookSecretCache,
    IntakeService,
    DeliveryQuota,
    {
      provide: DeliveryBounds,
      inject: [IntakeRepository],
      useFactory: (deliveries: IntakeRepository) => new DeliveryBounds(deliveries),
    },
    AskedBounds,
  ],
  exports: [HookSecretCache, AskedBounds],
})
export class HooksModule {}
