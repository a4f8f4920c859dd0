import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from '../auth/access.guard.js';
import { BuildsModule } from '../builds/builds.module.js';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { HooksModule } from '../hooks/hooks.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { RulesModule } from '../rules/rules.module.js';
import { SetupModule } from '../setup/setup.module.js';
import { CoreModule, type CoreParts } from './core.module.js';

const features = [
  SetupModule,
  OrganizationsModule,
  ProjectsModule,
  RulesModule,
  HooksModule,
  BuildsModule,
  DeliveriesModule,
];

@Module({})
export class ApiModule {
  static with(parts: CoreParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [CoreModule.with(parts), ...features],
      providers: [{ provide: APP_GUARD, useClass: AccessGuard }],
    };
  }
}
