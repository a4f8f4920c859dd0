import {
  BuildNotes,
  BuildProjectRepository,
  CacheMeasureRepository,
  CacheSweepRepository,
  Database,
  DueCacheRepository,
  ImageDeletion,
  MountedDeletion,
  ProjectRemoval,
  PublishRepository,
  QuotaRepository,
  RegistryTokenRepository,
  ReplacedCacheRepository,
  RetentionDeletion,
  StagedDeletion,
  StepVerdictRepository,
} from '@cooperage/db';
import { JobSender, PoolRedis } from '@cooperage/queue';
import type { Logger } from '@cooperage/telemetry';
import type { Provider } from '@nestjs/common';
import { LOGGER, SOURCE } from '../../shared/tokens.js';
import { DeleteProjectService } from '../delete-project/delete-project.service.js';
import { EmptyRepositories } from '../delete-project/empty-repositories.js';
import { CacheQuota } from '../export-cache/cache-quota.js';
import { ExportCacheJobService } from '../export-cache/export-cache-job.service.js';
import { MeasureCache } from '../export-cache/measure-cache.js';
import { NoteStepsService } from '../note-steps/note-steps.service.js';
import { PublisherSessions } from '../publish/publisher-session.js';
import { SignImage } from '../publish/sign-image.js';
import { ReconcileService } from '../reconcile/reconcile.service.js';
import { RetentionService } from '../retention/retention.service.js';
import { EvictCacheService } from '../sweep-cache/evict-cache.service.js';
import { ReplacedCaches } from '../sweep-cache/replaced-caches.js';
import { SweepCacheService } from '../sweep-cache/sweep-cache.service.js';
import { AttemptTokens } from '../tokens/attempt-tokens.js';
import { ReadingClients } from '../tokens/reading-clients.js';

export function upkeep(): Provider[] {
  return [
    { provide: JobSender, inject: [PoolRedis], useFactory: (pools: PoolRedis) => new JobSender(pools) },
    {
      provide: ExportCacheJobService,
      inject: [
        BuildNotes,
        RegistryTokenRepository,
        AttemptTokens,
        JobSender,
        Database,
        ReadingClients,
        EvictCacheService,
        LOGGER,
      ],
      useFactory: (
        notes: BuildNotes,
        needs: RegistryTokenRepository,
        tokens: AttemptTokens,
        jobs: JobSender,
        database: Database,
        clients: ReadingClients,
        evict: EvictCacheService,
        logger: Logger,
      ) => {
        const measure = new MeasureCache(new CacheMeasureRepository(database), clients, evict, logger);
        const quota = new CacheQuota(new QuotaRepository(database));
        return new ExportCacheJobService(notes, needs, tokens, jobs, quota, measure);
      },
    },
    {
      provide: ReconcileService,
      inject: [BuildProjectRepository, PublishRepository, PublisherSessions, SignImage, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof ReconcileService>) => new ReconcileService(...parts),
    },
    {
      provide: ReplacedCaches,
      inject: [ReplacedCacheRepository, PublisherSessions, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof ReplacedCaches>) => new ReplacedCaches(...parts),
    },
    {
      provide: EvictCacheService,
      inject: [CacheSweepRepository, DueCacheRepository, PublisherSessions, ReplacedCaches, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof EvictCacheService>) => new EvictCacheService(...parts),
    },
    {
      provide: SweepCacheService,
      inject: [CacheSweepRepository, PublisherSessions, ReplacedCaches, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof SweepCacheService>) => new SweepCacheService(...parts),
    },
    {
      provide: RetentionService,
      inject: [
        BuildProjectRepository,
        RetentionDeletion,
        ImageDeletion,
        StagedDeletion,
        MountedDeletion,
        PublisherSessions,
        LOGGER,
      ],
      useFactory: (...parts: ConstructorParameters<typeof RetentionService>) => new RetentionService(...parts),
    },
    {
      provide: NoteStepsService,
      inject: [StepVerdictRepository, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof NoteStepsService>) => new NoteStepsService(...parts),
    },
    {
      provide: EmptyRepositories,
      inject: [ProjectRemoval, PublishRepository, ReplacedCaches, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof EmptyRepositories>) => new EmptyRepositories(...parts),
    },
    {
      provide: DeleteProjectService,
      inject: [BuildProjectRepository, ProjectRemoval, PublisherSessions, EmptyRepositories, SOURCE],
      useFactory: (...parts: ConstructorParameters<typeof DeleteProjectService>) => new DeleteProjectService(...parts),
    },
  ];
}
