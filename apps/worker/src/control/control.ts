import type { Config } from '@cooperage/config';
import { Database, DispatchRepository, Listener, OutboxRepository, PublishRepository } from '@cooperage/db';
import { JobSender, type RedisLiveBus } from '@cooperage/queue';
import type { Source } from '@cooperage/source';
import type { HealthServer, Logger, Metrics } from '@cooperage/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Redis } from 'ioredis';
import { startHealth } from '../shared/health.js';
import { ProcessLife } from '../shared/process-life.js';
import { type Closable, closeInOrder } from '../shared/shutdown.js';
import { CONFIG, LIVE_BUS, LOGGER, METRICS, REDIS, SOURCE } from '../shared/tokens.js';
import { WakeLoop } from '../shared/wake-loop.js';
import { DeleteProjectService } from './delete-project/delete-project.service.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { EvaluateService } from './evaluate/evaluate.service.js';
import { ExportCacheJobService } from './export-cache/export-cache-job.service.js';
import { CreateKeyService } from './keys/create-key.service.js';
import { OutboxLoop } from './outbox/outbox-loop.js';
import { PublishService } from './publish/publish.service.js';
import { ReconcileService } from './reconcile/reconcile.service.js';
import { Sweeper } from './sweep/sweeper.js';
import { AttemptTokens } from './tokens/attempt-tokens.js';

const concurrency = 16;
const reconcileEveryMs = 5 * 60_000;

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
    await life.start();
    const outbox = this.outbox(life);
    const loops = [this.get(AttemptTokens), this.get(Dispatcher), this.get(Sweeper), this.reconcileLoop()];
    const listener = this.listener(outbox);
    await listener.start();
    for (const loop of loops) loop.start();
    const health = await this.health();
    this.parts.push(health, listener, outbox, ...loops, life, ...this.stores());
  }

  async onApplicationShutdown(): Promise<void> {
    await closeInOrder(this.parts, (error) => this.logger.warn({ err: error }, 'a part did not end in order'));
  }

  private outbox(life: ProcessLife): OutboxLoop {
    const handlers = {
      evaluate: this.get(EvaluateService),
      publish: this.get(PublishService),
      'export-cache': this.get(ExportCacheJobService),
      'create-key': this.get(CreateKeyService),
      reconcile: this.get(ReconcileService),
      'delete-project': this.get(DeleteProjectService),
    };
    const calls = Object.fromEntries(
      Object.entries(handlers).map(([topic, service]) => [topic, service.handle.bind(service)]),
    );
    return new OutboxLoop(this.get(OutboxRepository), calls, concurrency, () => life.instanceId, this.logger);
  }

  private listener(outbox: OutboxLoop): Listener {
    const dispatcher = this.get(Dispatcher);
    const sweeper = this.get(Sweeper);
    return new Listener(
      this.config.databaseUrl.reveal(),
      {
        outbox: () => outbox.wake(),
        dispatch: () => {
          dispatcher.wake();
          sweeper.wake();
        },
      },
      (error) => this.logger.warn({ err: error }, 'notifications were interrupted'),
    );
  }

  private reconcileLoop(): WakeLoop {
    const publishes = this.get(PublishRepository);
    return new WakeLoop('reconcile', reconcileEveryMs, this.logger, () => publishes.promiseReconciliations());
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
      this.get<Source & Closable>(SOURCE),
      this.get(Database),
    ];
  }

  private get<T>(token: symbol | (new (...args: never[]) => T)): T {
    return this.modules.get<T>(token as never, { strict: false });
  }
}
