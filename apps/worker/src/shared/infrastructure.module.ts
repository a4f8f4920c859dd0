import { randomBytes } from 'node:crypto';
import type { Config } from '@cooperage/config';
import {
  AttemptRepository,
  BuildNotes,
  BuildProjectRepository,
  CacheLedgerRepository,
  CacheModeRepository,
  ContextManifestRepository,
  Database,
  PostgresChunkStore,
  ProcessRepository,
  RegistryTokenRepository,
  SetupCheckRepository,
  StepRepository,
} from '@cooperage/db';
import { PooledLiveBus, PoolRedis } from '@cooperage/queue';
import { createSource, type Source } from '@cooperage/source';
import { createLogger, createMetrics, type Logger, type Metrics } from '@cooperage/telemetry';
import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { briefly } from './brief-source.js';
import { versionOf } from './health.js';
import { masterKeys } from './master-keys.js';
import { MirrorKeeper } from './mirror-keeper.js';
import { MirrorRoom } from './mirror-room.js';
import { SourceProjects } from './source-projects.js';
import { CONFIG, LIVE_BUS, LOGGER, MASTER_KEYS, METRICS, REDIS, SOURCE } from './tokens.js';
import { Watchdog } from './watchdog.js';

type WorkerConfig = Config<'builder'> | Config<'control'>;

const poolSize = 12;

/** What builder and control both stand on: stores, queue, git, logger. */
@Global()
@Module({})
export class InfrastructureModule {
  static for(role: 'builder' | 'control', config: WorkerConfig): DynamicModule {
    const providers = [...parts(role, config), ...repositories()];
    return { module: InfrastructureModule, providers, exports: providers.map(tokenOf) };
  }
}

function parts(role: 'builder' | 'control', config: WorkerConfig): Provider[] {
  const logger = createLogger({ process: role, level: config.logLevel });
  const { version, commit } = versionOf(config.release);
  const metrics = createMetrics({ version, commit });
  metrics.blockedLoopsTotal.add({}, config.blockedLoops);
  return [
    { provide: CONFIG, useValue: config },
    { provide: LOGGER, useValue: logger },
    { provide: METRICS, useValue: metrics },
    {
      provide: Watchdog,
      inject: [METRICS],
      useFactory: (metrics: Metrics) => new Watchdog(metrics, logger),
    },
    { provide: MASTER_KEYS, useValue: masterKeys(config.encryptionKeys) },
    {
      provide: Database,
      useValue: new Database({
        ...{ url: config.databaseUrl.reveal(), poolSize, applicationName: role },
        ...('instanceKey' in config && {
          instanceKey: config.instanceKey?.reveal() ?? randomBytes(32).toString('base64url'),
        }),
      }),
    },
    { provide: PoolRedis, useFactory: () => connectPools(config, logger) },
    { provide: REDIS, inject: [PoolRedis], useFactory: (pools: PoolRedis) => pools.trusted },
    {
      provide: LIVE_BUS,
      inject: [PoolRedis],
      useFactory: (pools: PoolRedis) => new PooledLiveBus(pools, (error) => logger.warn({ err: error }, 'Redis')),
    },
    {
      provide: SOURCE,
      useFactory: () => {
        const { mirrorRoot, allowPlainHttp } = config;
        return createSource({ mirrorRoot, allowPlainHttp: [...allowPlainHttp], ...(role === 'control' && briefly) });
      },
    },
    {
      provide: MirrorKeeper,
      inject: [SOURCE],
      useFactory: (source: Source) => new MirrorKeeper(source, logger),
    },
    {
      provide: MirrorRoom,
      inject: [SOURCE, MirrorKeeper, BuildProjectRepository],
      useFactory: (source: Source, keeper: MirrorKeeper, projects: BuildProjectRepository) => {
        const { mirrorRoot: root, mirrorBytes: budgetBytes } = config;
        return new MirrorRoom(source, keeper, projects, { root, budgetBytes }, logger);
      },
    },
    { provide: SourceProjects, useValue: new SourceProjects(masterKeys(config.encryptionKeys)) },
  ];
}

/** A builder has one Redis, that of its pool. */
function connectPools(config: WorkerConfig, logger: Logger): PoolRedis {
  const untrustedUrl = 'untrustedRedisUrl' in config ? (config.untrustedRedisUrl?.reveal() ?? null) : null;
  const url = config.redisUrl.reveal();
  return PoolRedis.connect({ url, untrustedUrl }, (error) => logger.warn({ err: error }, 'Redis'));
}

function repositories(): Provider[] {
  const classes = [
    AttemptRepository,
    BuildNotes,
    CacheLedgerRepository,
    CacheModeRepository,
    BuildProjectRepository,
    ContextManifestRepository,
    PostgresChunkStore,
    ProcessRepository,
    RegistryTokenRepository,
    SetupCheckRepository,
    StepRepository,
  ];
  return classes.map((Repository) => ({
    provide: Repository,
    inject: [Database],
    useFactory: (database: Database) => new Repository(database),
  }));
}

function tokenOf(provider: Provider) {
  return typeof provider === 'function' ? provider : provider.provide;
}
