import type { Config } from '@cooperage/config';
import {
  Database,
  DispatchRepository,
  PostgresChunkStore,
  ProcessRepository,
  SweepRepository,
  TidyRepository,
} from '@cooperage/db';
import type { LiveBus } from '@cooperage/logs/ports';
import { JobSender } from '@cooperage/queue';
import type { Logger, Metrics } from '@cooperage/telemetry';
import type { Provider } from '@nestjs/common';
import { ProcessLife } from '../../shared/process-life.js';
import { CONFIG, LIVE_BUS, LOGGER, METRICS } from '../../shared/tokens.js';
import { Watchdog } from '../../shared/watchdog.js';
import { Control } from '../control.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { Sweeper } from '../sweep/sweeper.js';
import { Tidier } from '../sweep/tidier.js';
import { AttemptTokens } from '../tokens/attempt-tokens.js';

type ControlConfig = Config<'control'>;

export function loops(config: ControlConfig): Provider[] {
  return [
    {
      provide: ProcessLife,
      inject: [ProcessRepository, Watchdog, LOGGER],
      useFactory: (processes: ProcessRepository, watchdog: Watchdog, logger: Logger) =>
        new ProcessLife(processes, logger, {
          role: 'control',
          name: 'control',
          instanceId: config.instanceId ?? null,
          heartbeatMs: config.leaseMs / 3,
          info: async () => ({
            organizationsTrustEachOther: config.organizationsTrustEachOther,
            loops: watchdog.troubles(),
          }),
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
    {
      provide: Tidier,
      inject: [SweepRepository, TidyRepository, ProcessRepository, METRICS, LOGGER],
      useFactory: (
        sweeps: SweepRepository,
        tidying: TidyRepository,
        processes: ProcessRepository,
        metrics: Metrics,
        logger: Logger,
      ) => new Tidier(sweeps, tidying, processes, metrics, logger),
    },
    { provide: CONFIG, useValue: config },
    Control,
  ];
}
