import 'reflect-metadata';
import { loadConfig } from '@cooperage/config';
import { guardLoop } from '@cooperage/telemetry';
import { NestFactory } from '@nestjs/core';
import { BuilderModule } from './builder/builder.module.js';
import { endWithParent } from './shared/end-with-parent.js';

endWithParent();
guardLoop({ process: 'builder' });
const app = await NestFactory.createApplicationContext(BuilderModule.for(loadConfig('builder')), {
  logger: ['error', 'warn'],
});
// An orderly end has exit code 0: its parent tells it from a death by the signal itself.
app.enableShutdownHooks([], { useProcessExit: true });
