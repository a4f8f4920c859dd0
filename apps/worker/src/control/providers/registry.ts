import type { Config } from '@cooperage/config';
import { RegistryTokenRepository, SetupCheckRepository, TenureRepository } from '@cooperage/db';
import type { MasterKeys } from '@cooperage/domain';
import { registryTokenKey } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import type { Provider } from '@nestjs/common';
import { CheckAnswerer } from '../../shared/check-answerer.js';
import { ProcessLife } from '../../shared/process-life.js';
import { CHECK_ANSWERER, LOGGER, MASTER_KEYS } from '../../shared/tokens.js';
import { lookAtRegistry } from '../checks/look-at-registry.js';
import { PublisherSessions } from '../publish/publisher-session.js';
import { AttemptTokens } from '../tokens/attempt-tokens.js';
import { ReadingClients } from '../tokens/reading-clients.js';
import { RegistryTokens } from '../tokens/registry-tokens.js';

type ControlConfig = Config<'control'>;

export function registry(config: ControlConfig): Provider[] {
  const { host, insecure } = config.registry;
  const { key, certificate, service, issuer } = config.registryToken;
  const options = { registry: { host, scheme: insecure ? 'http' : 'https' } as const, leaseMs: config.publishLeaseMs };
  return [
    {
      provide: RegistryTokens,
      useFactory: () => new RegistryTokens({ key: registryTokenKey(key.reveal(), certificate), service, issuer }),
    },
    {
      provide: CHECK_ANSWERER,
      inject: [SetupCheckRepository, RegistryTokens, LOGGER],
      useFactory: (checks: SetupCheckRepository, tokens: RegistryTokens, logger: Logger) =>
        new CheckAnswerer(checks, logger, {
          ...{ name: 'registry', by: 'control', look: lookAtRegistry(tokens, options.registry) },
          ...{ thrownAs: 'unreachable', timeoutMs: 30_000 },
        }),
    },
    {
      provide: ReadingClients,
      inject: [RegistryTokens],
      useFactory: (tokens: RegistryTokens) => new ReadingClients(tokens, options.registry),
    },
    {
      provide: PublisherSessions,
      inject: [TenureRepository, RegistryTokens, ProcessLife],
      useFactory: (tenures: TenureRepository, tokens: RegistryTokens, life: ProcessLife) =>
        new PublisherSessions(tenures, tokens, () => life.instanceId, options),
    },
    {
      provide: AttemptTokens,
      inject: [RegistryTokenRepository, RegistryTokens, MASTER_KEYS, LOGGER],
      useFactory: (needs: RegistryTokenRepository, tokens: RegistryTokens, keys: MasterKeys, logger: Logger) =>
        new AttemptTokens(needs, tokens, keys, logger),
    },
  ];
}
