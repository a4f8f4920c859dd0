import 'reflect-metadata';
import { loadConfig } from '@cooperage/config';
import { guardLoop } from '@cooperage/telemetry';
import { NestFactory } from '@nestjs/core';
import { ControlModule } from './control/control.module.js';
import { endWithParent } from './shared/end-with-parent.js';

endWithParent();
guardLoop({ process: 'control' });
const app = await NestFactory.createApplicationContext(ControlModule.for(loadConfig('control')), {
  logger: ['error', 'warn'],
});
// An orderly end has exit code 0: its parent tells it from a death by the signal itself.
app.enableShutdownHooks([], { useProcessExit: true });
