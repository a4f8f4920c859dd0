import { type Config, publicRegistry } from '@cooperage/config';
import { BaseTagRepository, BuildProjectRepository } from '@cooperage/db';
import type { MasterKeys } from '@cooperage/domain';
import { publicAgent } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import type { Provider } from '@nestjs/common';
import { LOGGER, MASTER_KEYS } from '../../shared/tokens.js';
import { ReadingClients } from '../tokens/reading-clients.js';
import { AskRegistry } from './ask-registry.js';
import { BaseWatch } from './base-watch.js';

export function baseWatch({ bases, registry }: Config<'control'>): Provider[] {
  const { mirror, innerRegistries } = bases;
  const dispatcher = publicAgent([...innerRegistries, ...(mirror ? [mirror] : [])]);
  return [
    {
      provide: AskRegistry,
      inject: [ReadingClients, BuildProjectRepository, MASTER_KEYS],
      useFactory: (clients: ReadingClients, projects: BuildProjectRepository, keys: MasterKeys) =>
        new AskRegistry(
          {
            own: { hosts: [registry.host, publicRegistry(registry).host], clients },
            mirror,
            inner: innerRegistries,
            dispatcher,
          },
          projects,
          keys,
        ),
    },
    {
      provide: BaseWatch,
      inject: [BaseTagRepository, AskRegistry, LOGGER],
      useFactory: (tags: BaseTagRepository, registries: AskRegistry, logger: Logger) =>
        new BaseWatch(tags, registries, logger),
    },
  ];
}
