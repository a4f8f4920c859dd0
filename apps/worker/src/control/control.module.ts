import type { Config } from '@cooperage/config';
import {
  BaseTagRepository,
  BuildNotes,
  BuildProjectRepository,
  BuildRepository,
  CacheSweepRepository,
  Database,
  DispatchRepository,
  EvaluationRepository,
  OutboxRepository,
  PostgresChunkStore,
  ProcessRepository,
  ProjectRemoval,
  PublishRepository,
  RegistryTokenRepository,
  ReverificationRepository,
  SetupCheckRepository,
  SigningRepository,
  SilenceRepository,
  SweepRepository,
  TenureRepository,
  TrustRequestRepository,
} from '@cooperage/db';
import type { MasterKeys } from '@cooperage/domain';
import type { LiveBus } from '@cooperage/logs/ports';
import { registryTokenKey } from '@cooperage/oci';
import { JobSender } from '@cooperage/queue';
import type { Source } from '@cooperage/source';
import type { Logger, Metrics } from '@cooperage/telemetry';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { CheckAnswerer } from '../shared/check-answerer.js';
import { InfrastructureModule } from '../shared/infrastructure.module.js';
import { masterKeys } from '../shared/master-keys.js';
import { MirrorKeeper } from '../shared/mirror-keeper.js';
import { ProcessLife } from '../shared/process-life.js';
import { SourceProjects } from '../shared/source-projects.js';
import {
  CHECK_ANSWERER,
  CONFIG,
  LIVE_BUS,
  LOGGER,
  MASTER_KEYS,
  METRICS,
  REDIS,
  SIGNING_MASTER_KEYS,
  SOURCE,
} from '../shared/tokens.js';
import { baseWatch } from './base-watch/base-watch.providers.js';
import { lookAtRegistry } from './checks/look-at-registry.js';
import { Control } from './control.js';
import { DeleteProjectService } from './delete-project/delete-project.service.js';
import { EmptyRepositories } from './delete-project/empty-repositories.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { EvaluateService } from './evaluate/evaluate.service.js';
import { ReadHead } from './evaluate/read-head.js';
import { ExportCacheJobService } from './export-cache/export-cache-job.service.js';
import { HeadWatch } from './head-watch/head-watch.js';
import { CreateKeyService } from './keys/create-key.service.js';
import { InspectImage } from './publish/inspect-image.js';
import { PublishService } from './publish/publish.service.js';
import { PublisherSessions } from './publish/publisher-session.js';
import { SignImage } from './publish/sign-image.js';
import { VerifyPublished } from './publish/verify-published.js';
import { ReconcileService } from './reconcile/reconcile.service.js';
import { ReverifyService } from './reverify/reverify.service.js';
import { Sweeper } from './sweep/sweeper.js';
import { EvictCacheService } from './sweep-cache/evict-cache.service.js';
import { SweepCacheService } from './sweep-cache/sweep-cache.service.js';
import { AttemptTokens } from './tokens/attempt-tokens.js';
import { ReadingClients } from './tokens/reading-clients.js';
import { RegistryTokens } from './tokens/registry-tokens.js';
import { TrustRequestService } from './trust/trust-request.service.js';

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

function repositories(): Provider[] {
  const classes = [
    BaseTagRepository,
    BuildRepository,
    CacheSweepRepository,
    EvaluationRepository,
    OutboxRepository,
    ProjectRemoval,
    PublishRepository,
    ReverificationRepository,
    SigningRepository,
    SilenceRepository,
    SweepRepository,
    TenureRepository,
    TrustRequestRepository,
  ];
  return classes.map((Repository) => ({
    provide: Repository,
    inject: [Database],
    useFactory: (database: Database) => new Repository(database),
  }));
}

function registry(config: ControlConfig): Provider[] {
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

function signing(config: ControlConfig): Provider[] {
  return [
    { provide: SIGNING_MASTER_KEYS, useValue: masterKeys(config.signingEncryptionKeys) },
    {
      provide: CreateKeyService,
      inject: [SigningRepository, SIGNING_MASTER_KEYS],
      useFactory: (keys: SigningRepository, masters: MasterKeys) => new CreateKeyService(keys, masters),
    },
    {
      provide: SignImage,
      inject: [SigningRepository, CreateKeyService, SIGNING_MASTER_KEYS, METRICS],
      useFactory: (rows: SigningRepository, keys: CreateKeyService, masters: MasterKeys, metrics: Metrics) =>
        new SignImage(rows, keys, masters, metrics, config.publicUrl),
    },
    {
      provide: VerifyPublished,
      inject: [SigningRepository],
      useFactory: (rows: SigningRepository) => new VerifyPublished(rows, config.publicUrl),
    },
  ];
}

function evaluation(): Provider[] {
  return [
    {
      provide: HeadWatch,
      inject: [SilenceRepository, SourceProjects, SOURCE, LOGGER],
      useFactory: (silences: SilenceRepository, projects: SourceProjects, source: Source, logger: Logger) =>
        new HeadWatch(silences, projects, source, logger),
    },
    {
      provide: ReadHead,
      inject: [EvaluationRepository, SOURCE],
      useFactory: (rows: EvaluationRepository, source: Source) => new ReadHead(rows, source),
    },
    {
      provide: EvaluateService,
      inject: [EvaluationRepository, ReadHead, SourceProjects, MirrorKeeper, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof EvaluateService>) => new EvaluateService(...parts),
    },
  ];
}

function publication(): Provider[] {
  return [
    {
      provide: InspectImage,
      inject: [BuildProjectRepository, MASTER_KEYS],
      useFactory: (projects: BuildProjectRepository, keys: MasterKeys) => new InspectImage(projects, keys),
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
      ) =>
        new PublishService({
          ...{ builds, notes, projects, publishes, sessions, inspect, sign, verify, metrics, logger },
        }),
    },
  ];
}

function upkeep(): Provider[] {
  return [
    { provide: JobSender, inject: [REDIS], useFactory: (redis: Redis) => new JobSender(redis) },
    {
      provide: ExportCacheJobService,
      inject: [BuildNotes, RegistryTokenRepository, AttemptTokens, JobSender],
      useFactory: (notes: BuildNotes, needs: RegistryTokenRepository, tokens: AttemptTokens, jobs: JobSender) =>
        new ExportCacheJobService(notes, needs, tokens, jobs),
    },
    {
      provide: ReconcileService,
      inject: [BuildProjectRepository, PublishRepository, PublisherSessions, SignImage, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof ReconcileService>) => new ReconcileService(...parts),
    },
    {
      provide: EvictCacheService,
      inject: [CacheSweepRepository, PublisherSessions, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof EvictCacheService>) => new EvictCacheService(...parts),
    },
    {
      provide: SweepCacheService,
      inject: [CacheSweepRepository, PublisherSessions, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof SweepCacheService>) => new SweepCacheService(...parts),
    },
    {
      provide: EmptyRepositories,
      inject: [ProjectRemoval, PublishRepository, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof EmptyRepositories>) => new EmptyRepositories(...parts),
    },
    {
      provide: DeleteProjectService,
      inject: [BuildProjectRepository, ProjectRemoval, PublisherSessions, EmptyRepositories, SOURCE],
      useFactory: (...parts: ConstructorParameters<typeof DeleteProjectService>) => new DeleteProjectService(...parts),
    },
  ];
}

function trust(config: ControlConfig): Provider[] {
  return [
    {
      provide: TrustRequestService,
      inject: [TrustRequestRepository, BuildProjectRepository, PublisherSessions, SIGNING_MASTER_KEYS, LOGGER],
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

function loops(config: ControlConfig): Provider[] {
  return [
    {
      provide: ProcessLife,
      inject: [ProcessRepository, LOGGER],
      useFactory: (processes: ProcessRepository, logger: Logger) =>
        new ProcessLife(processes, logger, {
          role: 'control',
          name: 'control',
          instanceId: config.instanceId ?? null,
          heartbeatMs: config.leaseMs / 3,
          info: async () => ({}),
          onDisowned: () => process.exit(70),
        }),
    },
    {
      provide: DispatchRepository,
      inject: [Database],
      useFactory: (database: Database) => new DispatchRepository(database, config),
    },
    {
      provide: Dispatcher,
      inject: [DispatchRepository, AttemptTokens, JobSender, LOGGER],
      useFactory: (dispatches: DispatchRepository, tokens: AttemptTokens, jobs: JobSender, logger: Logger) =>
        new Dispatcher(dispatches, tokens, jobs, logger),
    },
    {
      provide: Sweeper,
      inject: [SweepRepository, ProcessRepository, PostgresChunkStore, LIVE_BUS, METRICS, LOGGER],
      useFactory: (
        sweeps: SweepRepository,
        processes: ProcessRepository,
        chunks: PostgresChunkStore,
        bus: LiveBus,
        metrics: Metrics,
        logger: Logger,
      ) =>
        new Sweeper(
          sweeps,
          processes,
          chunks,
          bus,
          { leaseMs: config.leaseMs, maxAttempts: config.maxAttempts },
          metrics,
          logger,
        ),
    },
    { provide: CONFIG, useValue: config },
    Control,
  ];
}
