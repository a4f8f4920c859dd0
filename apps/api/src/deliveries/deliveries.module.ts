import { EvaluationRepository, SilenceRepository } from '@cooperage/db';
import { Module } from '@nestjs/common';
import { onDatabase } from '../app/on-database.js';
import { HooksModule } from '../hooks/hooks.module.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryBodyService } from './delivery-body.service.js';
import { DryRunService } from './dry-run.service.js';

@Module({
  imports: [HooksModule],
  controllers: [DeliveriesController],
  providers: [
    DeliveriesService,
    DeliveryBodyService,
    DryRunService,
    onDatabase(EvaluationRepository),
    onDatabase(SilenceRepository),
  ],
})
export class DeliveriesModule {}
