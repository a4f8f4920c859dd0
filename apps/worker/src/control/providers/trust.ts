import type { Config } from '@cooperage/config';
import {
  BuildProjectRepository,
  BuildRepository,
  PublishRepository,
  ReverificationRepository,
  SigningRepository,
  TrustRequestRepository,
} from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import type { Provider } from '@nestjs/common';
import { LOGGER, SIGNING_MASTER_KEYS } from '../../shared/tokens.js';
import { PublisherSessions } from '../publish/publisher-session.js';
import { ReverifyService } from '../reverify/reverify.service.js';
import { ReadingClients } from '../tokens/reading-clients.js';
import { TrustRequestService } from '../trust/trust-request.service.js';

type ControlConfig = Config<'control'>;

export function trust(config: ControlConfig): Provider[] {
  return [
    {
      provide: TrustRequestService,
      inject: [
        TrustRequestRepository,
        BuildProjectRepository,
        PublishRepository,
        PublisherSessions,
        SIGNING_MASTER_KEYS,
        LOGGER,
      ],
      useFactory: (...parts: ConstructorParameters<typeof TrustRequestService>) => new TrustRequestService(...parts),
    },
    {
      provide: ReverifyService,
      inject: [
        ReverificationRepository,
        BuildProjectRepository,
        BuildRepository,
        SigningRepository,
        ReadingClients,
        LOGGER,
      ],
      useFactory: (
        rounds: ReverificationRepository,
        projects: BuildProjectRepository,
        builds: BuildRepository,
        keys: SigningRepository,
        clients: ReadingClients,
        logger: Logger,
      ) => new ReverifyService({ rounds, projects, builds, keys, clients, publicUrl: config.publicUrl, logger }),
    },
  ];
}
