import type { Config } from '@cooperage/config';
import { type DynamicModule, Module } from '@nestjs/common';
import { InfrastructureModule } from '../shared/infrastructure.module.js';
import { baseWatch } from './base-watch/base-watch.providers.js';
import { evaluation } from './providers/evaluation.js';
import { loops } from './providers/loops.js';
import { publication } from './providers/publication.js';
import { registry } from './providers/registry.js';
import { repositories } from './providers/repositories.js';
import { signing } from './providers/signing.js';
import { trust } from './providers/trust.js';
import { upkeep } from './providers/upkeep.js';

type ControlConfig = Config<'control'>;

/** The control process: evaluate, dispatch, publish, sign, sweep. It never runs a stranger's code. */
@Module({})
export class ControlModule {
  static for(config: ControlConfig): DynamicModule {
    return {
      module: ControlModule,
      imports: [InfrastructureModule.for('control', config)],
      providers: [
        ...repositories(),
        ...registry(config),
        ...signing(config),
        ...evaluation(),
        ...baseWatch(config),
        ...publication(),
        ...upkeep(),
        ...trust(config),
        ...loops(config),
      ],
    };
  }
}
