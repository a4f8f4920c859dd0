import { type Database, HookSecretRepository, IntakeRepository, QuotaRepository } from '@cooperage/db';
import { Module } from '@nestjs/common';
import { HOOK_DATABASE } from '../app/on-database.js';
import { SealingService } from '../app/sealing.service.js';
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
    IntakeService,
    {
      provide: HookSecretCache,
      inject: [HOOK_DATABASE, SealingService],
      useFactory: (db: Database, sealing: SealingService) => new HookSecretCache(new HookSecretRepository(db), sealing),
    },
    {
      provide: DeliveryQuota,
      inject: [HOOK_DATABASE],
      useFactory: (db: Database) => new DeliveryQuota(new QuotaRepository(db)),
    },
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
