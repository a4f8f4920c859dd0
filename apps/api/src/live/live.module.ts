import { BuildDetails, Database, DeliveryRepository, PrincipalRepository, ProjectRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import { LOGGER } from '../app/logger.js';
import { onDatabase } from '../app/on-database.js';
import { SESSION_SETTINGS, type SessionSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import { PrincipalsService } from '../auth/principals.service.js';
import { LiveGateway } from './live.gateway.js';
import { LogFollowers } from './log-followers.js';

export interface LiveParts {
  readonly settings: SessionSettings;
  readonly database: Database;
  readonly logger: Logger;
  readonly followers: LogFollowers;
}

@Module({})
export class LiveModule {
  static with({ settings, database, logger, followers }: LiveParts): DynamicModule {
    const repositories = [BuildDetails, DeliveryRepository, PrincipalRepository, ProjectRepository];
    return {
      module: LiveModule,
      providers: [
        { provide: SESSION_SETTINGS, useValue: settings },
        { provide: Database, useValue: database },
        { provide: LOGGER, useValue: logger },
        { provide: LogFollowers, useValue: followers },
        ...repositories.map(onDatabase),
        AccessService,
        PrincipalsService,
        LiveGateway,
      ],
    };
  }
}
