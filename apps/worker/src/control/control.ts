import type { Config } from '@cooperage/config';
import {
  CacheSweepRepository,
  Database,
  DispatchRepository,
  Listener,
  OutboxRepository,
  type OutboxTopic,
  PublishRepository,
  RetentionSchedule,
  ReverificationRepository,
  refuseSuperuser,
} from '@cooperage/db';
import { type MasterKeys, reverifyAfterMs } from '@cooperage/domain';
import { JobSender, type RedisLiveBus } from '@cooperage/queue';
import type { Source } from '@cooperage/source';
import type { HealthServer, Logger, Metrics } from '@cooperage/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Redis } from 'ioredis';
import type { CheckAnswerer } from '../shared/check-answerer.js';
import { startHealth } from '../shared/health.js';
import { MirrorKeeper } from '../shared/mirror-keeper.js';
import { ProcessLife } from '../shared/process-life.js';
import { type Closable, closeInOrder } from '../shared/shutdown.js';
import {
  CHECK_ANSWERER,
  CONFIG,
  LIVE_BUS,
  LOGGER,
  METRICS,
  REDIS,
  SIGNING_MASTER_KEYS,
  SOURCE,
} from '../shared/tokens.js';
import { WakeLoop } from '../shared/wake-loop.js';
import { BaseWatch } from './base-watch/base-watch.js';
import { DeleteProjectService } from './delete-project/delete-project.service.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { EvaluateService } from './evaluate/evaluate.service.js';
import { ExportCacheJobService } from './export-cache/export-cache-job.service.js';
import { HeadWatch } from './head-watch/head-watch.js';
import { CreateKeyService } from './keys/create-key.service.js';
import { sealLoop } from './keys/seal-loop.js';
import { NoteStepsService } from './note-steps/note-steps.service.js';
import { type OutboxHandler, OutboxLoop } from './outbox/outbox-loop.js';
import { outboxPoll } from './outbox/outbox-poll.js';
import { PublishService } from './publish/publish.service.js';
import { ReconcileService } from './reconcile/reconcile.service.js';
import { RetentionService } from './retention/retention.service.js';
import { ReverifyService } from './reverify/reverify.service.js';
import { Sweeper } from './sweep/sweeper.js';
import { EvictCacheService } from './sweep-cache/evict-cache.service.js';
import { SweepCacheService } from './sweep-cache/sweep-cache.service.js';
import { AttemptTokens } from './tokens/attempt-tokens.js';
import { TrustRequestService } from './trust/trust-request.service.js';

const reconcileEveryMs = 5 * 60_000;
/** How often rounds of verification are looked for that are due. */
const reverifyLookMs = 60_000;
/** How often projects are looked for whose caches weigh too much. */
const budgetLookMs = 60_000;
const ageLookMs = 60 * 60_000;
/** How often the retention engine selects what is old, and looks for what is due. */
const retentionLookMs = 10 * 60_000;

/** Starts control's loops and ends them in order. */
@Injectable()
export class Control implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly parts: Closable[] = [];

  constructor(
    private readonly modules: ModuleRef,
    @Inject(CONFIG) private readonly config: Config<'control'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const life = this.get(ProcessLife);
    await refuseSuperuser(this.get(Database));
    await life.start();
    const outboxes = this.outboxes(life);
    const poll = outboxPoll(this.get(OutboxRepository), outboxes, this.logger);
    const watches = [this.get(HeadWatch), this.get(BaseWatch)];
    const upkeep = [
      this.get(Sweeper),
      ...watches,
      this.reconcileLoop(),
      this.reverifyLoop(),
      this.budgetLoop(),
      this.ageLoop(),
      this.retentionLoop(),
      sealLoop(this.get(Database), this.get<MasterKeys>(SIGNING_MASTER_KEYS), this.logger),
    ];
    const loops = [poll, this.get(AttemptTokens), this.get(Dispatcher), ...upkeep];
    const listener = this.listener(outboxes);
    await listener.start();
    for (const loop of loops) loop.start();
    const health = await this.health();
    // All of them at once: while one waits for its work, another must not begin any.
    const promises = { close: () => Promise.all(outboxes.map((outbox) => outbox.close())) };
    this.parts.push(
      health,
      listener,
      this.get<CheckAnswerer>(CHECK_ANSWERER),
      promises,
      ...loops,
      life,
      ...this.stores(),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await closeInOrder(this.parts, (error) => this.logger.warn({ err: error }, 'a part did not end in order'));
  }

  /**
   * What can be slow has a loop of its own: neither a git host that does not answer nor the upkeep of a large project holds
   * a publication back.
   */
  private outboxes(life: ProcessLife): OutboxLoop[] {
    const evaluate = this.get(EvaluateService);
    const publish = this.get(PublishService);
    const bases = this.get(BaseWatch);
    const createKey = this.get(CreateKeyService);
    const exportCache = this.get(ExportCacheJobService);
    const reconcile = this.get(ReconcileService);
    const sweepCache = this.get(SweepCacheService);
    const evictCache = this.get(EvictCacheService);
    const deleteProject = this.get(DeleteProjectService);
    const trust = this.get(TrustRequestService);
    const reverify = this.get(ReverifyService);
    const noteSteps = this.get(NoteStepsService);
    const retention = this.get(RetentionService);
    const loop = (concurrency: number, handlers: Partial<Record<OutboxTopic, OutboxHandler>>) =>
      new OutboxLoop(this.get(OutboxRepository), handlers, concurrency, () => life.instanceId, this.logger);
    return [
      loop(8, { evaluate: (item) => evaluate.handle(item) }),
      loop(8, { publish: (item) => publish.handle(item).finally(() => bases.soon()) }),
      loop(4, {
        'create-key': (item) => createKey.handle(item),
        'export-cache': (item) => exportCache.handle(item),
        trust: (item) => trust.handle(item),
      }),
      loop(1, { 'verify-images': (item) => reverify.handle(item) }),
      loop(1, { 'note-steps': (item) => noteSteps.handle(item) }),
      loop(2, {
        reconcile: (item) => reconcile.handle(item),
        'sweep-cache': (item) => sweepCache.handle(item),
        'evict-cache': (item) => evictCache.handleLimits(item),
        'prune-cache': (item) => evictCache.handlePrune(item),
        'forget-ref': (item) => evictCache.handleDeletedRef(item),
        'delete-project': (item) => deleteProject.handle(item),
      }),
      loop(1, { retention: (item) => retention.handle(item) }),
    ];
  }

  private listener(outboxes: readonly OutboxLoop[]): Listener {
    const dispatcher = this.get(Dispatcher);
    const sweeper = this.get(Sweeper);
    const checks = this.get<CheckAnswerer>(CHECK_ANSWERER);
    return new Listener(
      this.config.databaseUrl.reveal(),
      {
        outbox: (topic) => {
          for (const loop of outboxes) loop.wake(topic);
        },
        dispatch: () => dispatcher.wake(),
        process: () => sweeper.wake(),
        check: () => checks.wake(),
      },
      (error) => this.logger.warn({ err: error }, 'notifications were interrupted'),
    );
  }

  private reconcileLoop(): WakeLoop {
    const publishes = this.get(PublishRepository);
    return new WakeLoop('reconcile', reconcileEveryMs, this.logger, () => publishes.promiseReconciliations());
  }

  private budgetLoop(): WakeLoop {
    const sweeps = this.get(CacheSweepRepository);
    return new WakeLoop('cache budgets', budgetLookMs, this.logger, () => sweeps.promiseBudgets());
  }

  private ageLoop(): WakeLoop {
    const sweeps = this.get(CacheSweepRepository);
    return new WakeLoop('cache ages', ageLookMs, this.logger, () => sweeps.promiseAges());
  }

  private retentionLoop(): WakeLoop {
    const schedule = this.get(RetentionSchedule);
    return new WakeLoop('retention', retentionLookMs, this.logger, async () => {
      await schedule.scheduleOlder(this.config.retention);
      await schedule.enqueueDue();
      await schedule.deleteHistory();
    });
  }

  private reverifyLoop(): WakeLoop {
    const rounds = this.get(ReverificationRepository);
    return new WakeLoop('reverify', reverifyLookMs, this.logger, () => rounds.promiseDue(reverifyAfterMs));
  }

  /** Gauges whose truth is in the database. */
  private refreshGauges(metrics: Metrics): void {
    const dispatches = this.get(DispatchRepository);
    metrics.beforeScrape(async () => {
      const { waiting, ...workers } = await dispatches.census();
      metrics.queueDepth.set({ pool: 'default' }, waiting);
      for (const state of ['idle', 'busy', 'lost'] as const) metrics.workers.set({ state }, workers[state]);
    });
  }

  private health(): Promise<HealthServer> {
    const metrics = this.get<Metrics>(METRICS);
    this.refreshGauges(metrics);
    const { http, release } = this.config;
    return startHealth({
      http,
      release,
      logger: this.logger,
      database: this.get(Database),
      redis: this.get<Redis>(REDIS),
      metrics,
    });
  }

  private stores(): Closable[] {
    return [
      this.get(JobSender),
      this.get<RedisLiveBus>(LIVE_BUS),
      { close: () => this.get<Redis>(REDIS).disconnect() },
      this.get(MirrorKeeper),
      this.get<Source & Closable>(SOURCE),
      this.get(Database),
    ];
  }

  private get<T>(token: symbol | (new (...args: never[]) => T)): T {
    return this.modules.get<T>(token as never, { strict: false });
  }
}
