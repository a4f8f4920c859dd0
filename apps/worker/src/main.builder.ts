import 'reflect-metadata';
import { loadConfig } from '@cooperage/config';
import { NestFactory } from '@nestjs/core';
import { BuilderModule } from './builder/builder.module.js';

const app = await NestFactory.createApplicationContext(BuilderModule.for(loadConfig('builder')), {
  logger: ['error', 'warn'],
});
app.enableShutdownHooks();
