import 'reflect-metadata';
import { loadConfig } from '@cooperage/config';
import { NestFactory } from '@nestjs/core';
import { ControlModule } from './control/control.module.js';

const app = await NestFactory.createApplicationContext(ControlModule.for(loadConfig('control')), {
  logger: ['error', 'warn'],
});
app.enableShutdownHooks();
