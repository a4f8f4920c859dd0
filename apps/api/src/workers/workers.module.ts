import { DrainRepository, QueuePositions, QueueRepository } from '@cooperage/db';
import { Module } from '@nestjs/common';
import { onDatabase } from '../app/on-database.js';
import { LaneForetellingService } from './lane-foretelling.service.js';
import { QueuePositionsService } from './queue-positions.service.js';
import { WorkersController } from './workers.controller.js';
import { WorkersService } from './workers.service.js';

@Module({
  controllers: [WorkersController],
  providers: [
    WorkersService,
    LaneForetellingService,
    QueuePositionsService,
    onDatabase(DrainRepository),
    onDatabase(QueueRepository),
    onDatabase(QueuePositions),
  ],
  exports: [LaneForetellingService, QueuePositionsService],
})
export class WorkersModule {}
