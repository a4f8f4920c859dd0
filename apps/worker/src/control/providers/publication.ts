import {
  BuildNotes,
  BuildProjectRepository,
  BuildRepository,
  Database,
  MountedRepository,
  PublishRepository,
  QuotaRepository,
} from '@cooperage/db';
import type { Logger, Metrics } from '@cooperage/telemetry';
import type { Provider } from '@nestjs/common';
import { LOGGER, MASTER_KEYS, METRICS } from '../../shared/tokens.js';
import { ImageQuota } from '../publish/image-quota.js';
import { InspectImage } from '../publish/inspect-image.js';
import { PublishService } from '../publish/publish.service.js';
import { PublisherSessions } from '../publish/publisher-session.js';
import { SignImage } from '../publish/sign-image.js';
import { VerifyPublished } from '../publish/verify-published.js';

export function publication(): Provider[] {
  return [
    {
      provide: InspectImage,
      inject: [BuildProjectRepository, MASTER_KEYS, MountedRepository],
      useFactory: (...parts: ConstructorParameters<typeof InspectImage>) => new InspectImage(...parts),
    },
    {
      provide: PublishService,
      inject: [
        BuildRepository,
        BuildNotes,
        BuildProjectRepository,
        PublishRepository,
        PublisherSessions,
        InspectImage,
        SignImage,
        VerifyPublished,
        METRICS,
        LOGGER,
        Database,
      ],
      useFactory: (
        builds: BuildRepository,
        notes: BuildNotes,
        projects: BuildProjectRepository,
        publishes: PublishRepository,
        sessions: PublisherSessions,
        inspect: InspectImage,
        sign: SignImage,
        verify: VerifyPublished,
        metrics: Metrics,
        logger: Logger,
        database: Database,
      ) =>
        new PublishService({
          ...{ builds, notes, projects, publishes, sessions, inspect, sign, verify, metrics, logger },
          quota: new ImageQuota(new QuotaRepository(database)),
        }),
    },
  ];
}
