import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AuditModule } from '../audit/audit.module.js';
import { AccessGuard } from '../auth/access.guard.js';
import { AuthModule } from '../auth/auth.module.js';
import { ChangeRateInterceptor } from '../auth/change-rate.interceptor.js';
import { BadgesModule } from '../badges/badges.module.js';
import { BuildsModule } from '../builds/builds.module.js';
import { CacheModule } from '../cache/cache.module.js';
import { CompareModule } from '../compare/compare.module.js';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { HooksModule } from '../hooks/hooks.module.js';
import { ImagesModule } from '../images/images.module.js';
import { OpenApiModule } from '../openapi/openapi.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { OverviewModule } from '../overview/overview.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { RegistryTokenModule } from '../registry-token/registry-token.module.js';
import { RetentionModule } from '../retention/retention.module.js';
import { RulesModule } from '../rules/rules.module.js';
import { SearchModule } from '../search/search.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { SettingsModule } from '../settings/settings.module.js';
import { SetupModule } from '../setup/setup.module.js';
import { SigningModule } from '../signing/signing.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { TrustModule } from '../trust/trust.module.js';
import { WorkersModule } from '../workers/workers.module.js';
import { CoreModule, type CoreParts } from './core.module.js';

const features = [
  AuditModule,
  AuthModule,
  SettingsModule,
  SetupModule,
  OpenApiModule,
  OrganizationsModule,
  OverviewModule,
  ProjectsModule,
  RulesModule,
  HooksModule,
  BadgesModule,
  BuildsModule,
  CacheModule,
  CompareModule,
  DeliveriesModule,
  ImagesModule,
  RegistryTokenModule,
  RetentionModule,
  SearchModule,
  SecretsModule,
  SigningModule,
  TokensModule,
  TrustModule,
  WorkersModule,
];

@Module({})
export class ApiModule {
  static with(parts: CoreParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [CoreModule.with(parts), ...features],
      providers: [
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_INTERCEPTOR, useClass: ChangeRateInterceptor },
      ],
    };
  }
}
