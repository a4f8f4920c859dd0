import { type Config, publicRegistry } from '@cooperage/config';
import { BuildRepository, SigningRepository } from '@cooperage/db';
import type { MasterKeys } from '@cooperage/domain';
import type { Metrics } from '@cooperage/telemetry';
import type { Provider } from '@nestjs/common';
import { masterKeys } from '../../shared/master-keys.js';
import { METRICS, SIGNING_MASTER_KEYS } from '../../shared/tokens.js';
import { CreateKeyService } from '../keys/create-key.service.js';
import { SignImage } from '../publish/sign-image.js';
import { VerifyPublished } from '../publish/verify-published.js';

type ControlConfig = Config<'control'>;

export function signing(config: ControlConfig): Provider[] {
  return [
    { provide: SIGNING_MASTER_KEYS, useValue: masterKeys(config.signingEncryptionKeys) },
    {
      provide: CreateKeyService,
      inject: [SigningRepository, SIGNING_MASTER_KEYS],
      useFactory: (keys: SigningRepository, masters: MasterKeys) => new CreateKeyService(keys, masters),
    },
    {
      provide: SignImage,
      inject: [SigningRepository, BuildRepository, CreateKeyService, SIGNING_MASTER_KEYS, METRICS],
      useFactory: (
        rows: SigningRepository,
        builds: BuildRepository,
        keys: CreateKeyService,
        masters: MasterKeys,
        metrics: Metrics,
      ) =>
        new SignImage(rows, builds, keys, masters, metrics, {
          publicUrl: config.publicUrl,
          registryHost: publicRegistry(config.registry).host,
        }),
    },
    {
      provide: VerifyPublished,
      inject: [SigningRepository],
      useFactory: (rows: SigningRepository) => new VerifyPublished(rows, config.publicUrl),
    },
  ];
}
