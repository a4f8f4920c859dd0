import type { Config } from '@cooperage/config';
import {
  CacheBudgets,
  CacheSweepRepository,
  Database,
  DispatchRepository,
  Listener,
  OutboxRepository,
  PublishRepository,
  ReplacedCacheRepository,
  RetentionSchedule,
  ReverificationRepository,
  refuseSuperuser,
  StagedDeletion,
  UsageCounters,
} from '@cooperage/db';
import { type MasterKeys, reverifyAfterMs } from '@cooperage/domain';
import { JobSender, type PooledLiveBus, PoolRedis } from '@cooperage/queue';
import type { Source } from '@cooperage/source';
import type { HealthServer, Logger, Metrics } from '@cooperage/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { CheckAnswerer } from '../shared/check-answerer.js';
import { startHealth } from '../shared/health.js';
import { MirrorKeeper } from '../shared/mirror-keeper.js';
import { MirrorRoom } from '../shared/mirror-room.js';
import { ProcessLife } from '../shared/process-life.js';
import { type Closable, closeInOrder } from '../shared/shutdown.js';
import { CHECK_ANSWERER, CONFIG, LIVE_BUS, LOGGER, METRICS, SIGNING_MASTER_KEYS, SOURCE } from '../shared/tokens.js';
import { type LoopOwner, lookAtLoop, WakeLoop } from '../shared/wake-loop.js';
import { Watchdog } from '../shared/watchdog.js';
import { BaseWatch } from './base-watch/base-watch.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { HeadWatch } from './head-watch/head-watch.js';
import { sealLoop } from './keys/seal-loop.js';
import type { OutboxLoop } from './outbox/outbox-loop.js';
import { lookAtOutboxes, outboxPoll } from './outbox/outbox-poll.js';
import { promisedWork } from './promised-work.js';
import { historyLoop } from './retention/history-loop.js';
import { retentionLoop } from './retention/retention-loop.js';
import { Sweeper } from './sweep/sweeper.js';
import { Tidier } from './sweep/tidier.js';
import { AttemptTokens } from './tokens/attempt-tokens.js';

/** A foreign digest under a tag stays for five minutes at most: this long, and the time that the repair takes (R-O2). */
const reconcileEveryMs = 4 * 60_000;
/** How often rounds of verification are looked for that are due. */
const reverifyLookMs = 60_000;
/** How often projects are looked for whose caches weigh too much. */
const budgetLookMs = 60_000;
const ageLookMs = 60 * 60_000;
/** How often caches are looked for that exports have replaced. */
const replacedLookMs = 2 * 60_000;
/** How often the counters of usage are folded: a read adds up what came since. */
const usageFoldMs = 5_000;

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
    const outboxes = promisedWork(
      (part) => this.get(part),
      () => life.instanceId,
      this.logger,
    );
    const poll = outboxPoll(this.get(OutboxRepository), outboxes, this.logger);
    const owners = [AttemptTokens, Dispatcher, Sweeper, Tidier, HeadWatch, BaseWatch, MirrorRoom].map((Owner) =>
      this.get<LoopOwner>(Owner),
    );
    const upkeep = [
      this.reconcileLoop(),
      this.reverifyLoop(),
      this.budgetLoop(),
      this.ageLoop(),
      this.replacedLoop(),
      this.retentionLoop(),
      historyLoop(this.get(RetentionSchedule), this.logger),
      this.usageLoop(),
      sealLoop(this.get(Database), this.get<MasterKeys>(SIGNING_MASTER_KEYS), this.logger),
    ];
    const loops = [poll, ...owners, ...upkeep];
    const watched = [poll, ...owners.map(({ loop }) => loop), ...upkeep];
    const watchdog = this.get(Watchdog);
    watchdog.watch(...lookAtOutboxes(outboxes), () => watched.map(lookAtLoop));
    watchdog.onChange(() => void life.beat());
    const listener = this.listener(outboxes);
    await listener.start();
    for (const loop of loops) loop.start();
    watchdog.start();
    const health = await this.health(watchdog);
    // All of them at once: while one waits for its work, another must not begin any.
    const promises = { close: () => Promise.all(outboxes.map((outbox) => outbox.close())) };
    this.parts.push(
      health,
      watchdog,
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
    const budgets = this.get(CacheBudgets);
    return new WakeLoop('cache budgets', budgetLookMs, this.logger, () =>
      budgets.promise((err, projectId) =>
        this.logger.error({ err, projectId }, 'the caches of a project cannot be weighed now, trying again later'),
      ),
    );
  }

  private ageLoop(): WakeLoop {
    const sweeps = this.get(CacheSweepRepository);
    return new WakeLoop('cache ages', ageLookMs, this.logger, () => sweeps.promiseAges());
  }

  private replacedLoop(): WakeLoop {
    const replaced = this.get(ReplacedCacheRepository);
    return new WakeLoop('replaced caches', replacedLookMs, this.logger, () => replaced.promise());
  }

  private retentionLoop(): WakeLoop {
    const [schedule, staged] = [this.get(RetentionSchedule), this.get(StagedDeletion)];
    return retentionLoop({ schedule, staged, defaults: this.config.retention, logger: this.logger });
  }

  private usageLoop(): WakeLoop {
    const counters = this.get(UsageCounters);
    return new WakeLoop('usage counters', usageFoldMs, this.logger, async () => {
      while (await counters.fold());
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

  private health(watchdog: Watchdog): Promise<HealthServer> {
    const metrics = this.get<Metrics>(METRICS);
    this.refreshGauges(metrics);
    const { http, release } = this.config;
    const stores = { database: this.get(Database), redis: this.get(PoolRedis) };
    return startHealth({ http, release, logger: this.logger, ...stores, metrics }, [watchdog.readiness()]);
  }

  private stores(): Closable[] {
    return [
      this.get(JobSender),
      this.get<PooledLiveBus>(LIVE_BUS),
      { close: () => this.get(PoolRedis).disconnect() },
      this.get(MirrorKeeper),
      this.get<Source & Closable>(SOURCE),
      this.get(Database),
    ];
  }

  private get<T>(token: symbol | (new (...args: never[]) => T)): T {
    return this.modules.get<T>(token as never, { strict: false });
  }
}
