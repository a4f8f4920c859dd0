import { availableParallelism, totalmem } from 'node:os';
import { type Config, publicRegistry } from '@cooperage/config';
import {
  AttemptRepository,
  BuildNotes,
  BuildProjectRepository,
  CacheLedgerRepository,
  CacheModeRepository,
  CacheReadRepository,
  ContextManifestRepository,
  Database,
  DrainRepository,
  PostgresChunkStore,
  ProcessRepository,
  RegistryTokenRepository,
  SetupCheckRepository,
  StagingRepository,
  StepRepository,
  SweptResets,
} from '@cooperage/db';
import type { MasterKeys } from '@cooperage/domain';
import { type Engine, LocalCaches } from '@cooperage/engines';
import type { LiveBus } from '@cooperage/logs/ports';
import type { Source } from '@cooperage/source';
import type { Logger, Metrics } from '@cooperage/telemetry';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CheckAnswerer } from '../shared/check-answerer.js';
import { diskSpace, usedFiles } from '../shared/disk-space.js';
import { versionOf } from '../shared/health.js';
import { InfrastructureModule } from '../shared/infrastructure.module.js';
import { MirrorKeeper } from '../shared/mirror-keeper.js';
import { ProcessLife } from '../shared/process-life.js';
import { SourceProjects } from '../shared/source-projects.js';
import { CHECK_ANSWERER, ENGINE, LIVE_BUS, LOGGER, MASTER_KEYS, METRICS, SOURCE } from '../shared/tokens.js';
import { Watchdog } from '../shared/watchdog.js';
import { BuildAccesses } from './access/build-access.js';
import { Builder } from './builder.js';
import { builderEngine } from './builder-engine.js';
import { builderInfo } from './builder-info.js';
import { lookAtEngine } from './checks/look-at-engine.js';
import { DiskFloor } from './disk-floor.js';
import { Drain } from './drain/drain.js';
import { EngineEnd } from './engine-end.js';
import { EnginePruner } from './engine-pruner.js';
import { EngineReachWatch } from './engine-reach-watch.js';
import { EngineRulesWatch } from './engine-rules-watch.js';
import { EngineStoreWatch } from './engine-store-watch.js';
import { type ExportCacheParts, ExportCacheService } from './export-cache/export-cache.service.js';
import { LocalCacheKeeper } from './local-caches/local-cache-keeper.js';
import { AttemptLogs } from './run-build/attempt-logs.js';
import { BuildDefinitions } from './run-build/build-definitions.js';
import { BuildRequests } from './run-build/build-requests.js';
import { CachePlans } from './run-build/cache-plans.js';
import { EarlierAttempts } from './run-build/earlier-attempts.js';
import { EngineHouse } from './run-build/engine-house.js';
import { EngineLosses } from './run-build/engine-losses.js';
import { HeldAttempts } from './run-build/held-attempts.js';
import { RunBuildService } from './run-build/run-build.service.js';
import { StagingAdmission } from './run-build/staging-admission.js';
import { patienceOf } from './shortage-patience.js';

type BuilderConfig = Config<'builder'>;

/** What running a build and exporting its cache have in common. */
const BUILD_PARTS = Symbol('build parts');

/** The builder process: it runs engines, and holds neither signing keys nor the right to move a tag. */
@Module({})
export class BuilderModule {
  static for(config: BuilderConfig): DynamicModule {
    return {
      module: BuilderModule,
      imports: [InfrastructureModule.for('builder', config)],
      providers: [...engine(config), ...requests(config), ...services(config), Builder],
    };
  }
}

function engine(config: BuilderConfig): Provider[] {
  const { localCaches } = config;
  const caches = localCaches && new LocalCaches(localCaches.root, localCaches.budgetBytes);
  return [
    {
      provide: EngineEnd,
      inject: [LOGGER],
      useFactory: (logger: Logger) => new EngineEnd(config.engineRules ?? null, logger),
    },
    {
      provide: ENGINE,
      inject: [EngineEnd],
      useFactory: (end: EngineEnd) => {
        const engine = builderEngine(config, caches, (work) => void end.unlessEnded(work));
        end.of(engine);
        return engine;
      },
    },
    {
      provide: LocalCacheKeeper,
      inject: [BuildProjectRepository, Database, LOGGER],
      useFactory: (projects: BuildProjectRepository, database: Database, logger: Logger) =>
        new LocalCacheKeeper(caches, projects, new SweptResets(database), logger),
    },
    {
      provide: CHECK_ANSWERER,
      inject: [SetupCheckRepository, ENGINE, LOGGER],
      useFactory: (checks: SetupCheckRepository, engine: Engine, logger: Logger) =>
        new CheckAnswerer(checks, logger, {
          ...{ name: 'builder', by: config.workerName, look: lookAtEngine(engine) },
          ...{ thrownAs: 'build_failed', timeoutMs: 20_000 },
        }),
    },
    {
      provide: Drain,
      inject: [Database, LOGGER],
      useFactory: (database: Database, logger: Logger) =>
        new Drain(new DrainRepository(database), { name: config.workerName, pool: config.lane }, logger),
    },
    {
      provide: EngineRulesWatch,
      inject: [LOGGER, EngineEnd],
      useFactory: (logger: Logger, end: EngineEnd) => new EngineRulesWatch(config.engineRules ?? null, logger, end),
    },
    {
      provide: DiskFloor,
      inject: [LOGGER, EngineEnd, ENGINE],
      useFactory: (logger: Logger, end: EngineEnd, engine: Engine) =>
        new DiskFloor(
          config.mirrorRoot,
          logger,
          end,
          new EnginePruner(engine, logger),
          diskSpace,
          patienceOf(config.lane),
        ),
    },
    {
      provide: ProcessLife,
      inject: [ProcessRepository, ENGINE, EngineRulesWatch, DiskFloor, Drain, Watchdog, LOGGER],
      useFactory: (
        processes: ProcessRepository,
        engine: Engine,
        rules: EngineRulesWatch,
        floor: DiskFloor,
        drain: Drain,
        watchdog: Watchdog,
        logger: Logger,
      ) => {
        const stores = new EngineStoreWatch(engine, logger);
        const reach = new EngineReachWatch(engine, logger);
        return new ProcessLife(processes, logger, {
          role: 'builder',
          name: config.workerName,
          instanceId: config.instanceId ?? null,
          heartbeatMs: config.leaseMs / 3,
          info: async () => {
            const { obstacle, warnings } = await rules.look();
            return builderInfo(engine, {
              ...{ lane: config.lane, slots: config.buildSlots },
              version: versionOf(config.release).version,
              mirrorRoot: config.mirrorRoot,
              isDraining: await drain.look(),
              store: stores.latest(),
              obstacle: obstacle ?? floor.obstacle,
              warnings: [...warnings, ...reach.latest()],
              loops: watchdog.troubles(),
            });
          },
          onDisowned: () => process.exit(70),
        });
      },
    },
  ];
}

function requests(config: BuilderConfig): Provider[] {
  const { registry, publicUrl, lane } = config;
  const { host } = registry;
  const machine = { cpus: availableParallelism(), memoryBytes: memoryOfMachine(), slots: config.buildSlots };
  const options = { registryHost: host, publicUrl, lane, cgroupParent: config.cgroupParent ?? null, machine };
  return [
    {
      provide: BuildAccesses,
      inject: [BuildProjectRepository, RegistryTokenRepository, SourceProjects, MASTER_KEYS],
      useFactory: (
        projects: BuildProjectRepository,
        tokens: RegistryTokenRepository,
        sourceProjects: SourceProjects,
        keys: MasterKeys,
      ) =>
        new BuildAccesses(projects, tokens, sourceProjects, keys, {
          registryHosts: [host, publicRegistry(registry).host],
          leaseMs: config.leaseMs,
        }),
    },
    {
      provide: BuildRequests,
      inject: [SOURCE, Database, LOGGER],
      useFactory: (source: Source, database: Database, logger: Logger) => {
        const definitions = new BuildDefinitions(source, config.buildxProgram);
        const plans = new CachePlans(new CacheReadRepository(database), options.registryHost, logger);
        return new BuildRequests(source, definitions, plans, options);
      },
    },
    {
      provide: AttemptLogs,
      inject: [PostgresChunkStore, LIVE_BUS, LOGGER],
      useFactory: (chunks: PostgresChunkStore, bus: LiveBus, logger: Logger) => new AttemptLogs(chunks, bus, logger),
    },
  ];
}

function services(config: BuilderConfig): Provider[] {
  const { workerName, leaseMs, maxAttempts, registry } = config;
  return [
    {
      provide: HeldAttempts,
      inject: [AttemptRepository, ProcessLife, LOGGER],
      useFactory: (attempts: AttemptRepository, life: ProcessLife, logger: Logger) =>
        new HeldAttempts(attempts, () => life.instanceId, leaseMs, logger),
    },
    {
      provide: BUILD_PARTS,
      inject: [
        AttemptRepository,
        BuildNotes,
        CacheModeRepository,
        BuildAccesses,
        BuildRequests,
        MirrorKeeper,
        ENGINE,
        EngineRulesWatch,
        EngineEnd,
        HeldAttempts,
        LOGGER,
      ],
      useFactory: (
        attempts: AttemptRepository,
        notes: BuildNotes,
        modes: CacheModeRepository,
        accesses: BuildAccesses,
        buildRequests: BuildRequests,
        mirrors: MirrorKeeper,
        engine: Engine,
        rules: EngineRulesWatch,
        end: EngineEnd,
        held: HeldAttempts,
        logger: Logger,
      ): ExportCacheParts => ({
        ...{ attempts, notes, modes, accesses, requests: buildRequests, mirrors, engine, logger },
        house: new EngineHouse(
          engine,
          config.lane,
          end,
          async () => (await rules.look()).obstacle,
          () => usedFiles(config.engineState ?? config.mirrorRoot),
          undefined,
          held.ending,
        ),
      }),
    },
    {
      provide: RunBuildService,
      inject: [
        BUILD_PARTS,
        StepRepository,
        ContextManifestRepository,
        CacheLedgerRepository,
        Database,
        AttemptLogs,
        HeldAttempts,
        METRICS,
        ProcessLife,
        Drain,
        EngineRulesWatch,
        EngineEnd,
        DiskFloor,
      ],
      useFactory: (
        parts: ExportCacheParts,
        steps: StepRepository,
        manifests: ContextManifestRepository,
        ledgers: CacheLedgerRepository,
        database: Database,
        logs: AttemptLogs,
        held: HeldAttempts,
        metrics: Metrics,
        life: ProcessLife,
        drain: Drain,
        rules: EngineRulesWatch,
        end: EngineEnd,
        floor: DiskFloor,
      ) =>
        new RunBuildService(
          {
            ...parts,
            steps,
            manifests,
            ledgers,
            staging: new StagingAdmission(new StagingRepository(database)),
            logs,
            held,
            metrics,
            losses: new EngineLosses((atMs) => end.wasEndedAt(atMs)),
            earlier: new EarlierAttempts(parts.attempts, parts.engine, {
              ...{ workerName, registry },
              onRunawayWork: (work) => void end.unlessEnded(work),
            }),
          },
          () => life.instanceId,
          { workerName, leaseMs, maxAttempts },
          () => void life.beat(),
          async () => !drain.isOn && floor.obstacle === null && (await rules.look()).obstacle === null,
        ),
    },
    {
      provide: ExportCacheService,
      inject: [BUILD_PARTS],
      useFactory: (parts: ExportCacheParts) => new ExportCacheService(parts, registry),
    },
  ];
}

/** Bytes; less than the machine has where this process may use less. */
function memoryOfMachine(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
