import { DrainRepository, QueueRepository } from '@cooperage/db';
import { Module } from '@nestjs/common';
import { onDatabase } from '../app/on-database.js';
import { LaneForetellingService } from './lane-foretelling.service.js';
import { WorkersController } from './workers.controller.js';
import { WorkersService } from './workers.service.js';

@Module({
  controllers: [WorkersController],
  providers: [WorkersService, LaneForetellingService, onDatabase(DrainRepository), onDatabase(QueueRepository)],
  exports: [LaneForetellingService],
})
export class WorkersModule {}
