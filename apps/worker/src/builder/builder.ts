import type { Config } from '@cooperage/config';
import { Database, Listener, refuseSuperuser } from '@cooperage/db';
import type { Engine } from '@cooperage/engines';
import { connectRedis, type PooledLiveBus, PoolRedis, refuseEviction } from '@cooperage/queue';
import type { Source } from '@cooperage/source';
import type { Logger, Metrics } from '@cooperage/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Redis } from 'ioredis';
import type { CheckAnswerer } from '../shared/check-answerer.js';
import { startHealth } from '../shared/health.js';
import { MirrorKeeper } from '../shared/mirror-keeper.js';
import { MirrorRoom } from '../shared/mirror-room.js';
import { ProcessLife } from '../shared/process-life.js';
import { type Closable, closeInOrder } from '../shared/shutdown.js';
import { CHECK_ANSWERER, CONFIG, ENGINE, LIVE_BUS, LOGGER, METRICS, REDIS, SOURCE } from '../shared/tokens.js';
import { lookAtLoop, type WakeLoop } from '../shared/wake-loop.js';
import { Watchdog } from '../shared/watchdog.js';
import { cannotBeEmptied, DiskFloor } from './disk-floor.js';
import { Drain } from './drain/drain.js';
import { ExportCacheService } from './export-cache/export-cache.service.js';
import { JobLoop } from './job-loop.js';
import { LocalCacheKeeper } from './local-caches/local-cache-keeper.js';
import { HeldAttempts } from './run-build/held-attempts.js';
import { RunBuildService } from './run-build/run-build.service.js';

/** Well below what a supervisor waits before it kills: stopped work needs a moment to end in order. */
const drainMs = 10_000;
/** Until an attempt is claimed; then its build's own limit counts. Each has a shorter one of its own: behind these nobody waits any more. */
const claimLimitMs = 10 * 60_000;
const exportLimitMs = 45 * 60_000;

/** Takes jobs from the queue, and ends in order: no new builds, then those under way, then what they stand on. */
@Injectable()
export class Builder implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly parts: Closable[] = [];

  constructor(
    private readonly modules: ModuleRef,
    @Inject(CONFIG) private readonly config: Config<'builder'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const life = this.get(ProcessLife);
    const held = this.get(HeldAttempts);
    const redis = connectRedis(this.config.redisUrl.reveal(), 'consumer', (error) =>
      this.logger.warn({ err: error }, 'Redis'),
    );
    await refuseEviction(redis);
    await refuseSuperuser(this.get(Database));
    const drain = this.get(Drain);
    await drain.look();
    await life.start();
    held.start();
    const caches = this.get(LocalCacheKeeper);
    caches.start();
    const mirrors = this.get(MirrorRoom);
    mirrors.start();
    const floor = this.get(DiskFloor);
    const runs = this.get(RunBuildService);
    // What a process before this one left is no guest's to pay for.
    runs.emptyUnused().catch((error: unknown) => this.logger.warn({ err: error }, cannotBeEmptied));
    floor.start(held, () => runs.emptyUnused());
    const listener = this.listener(held, life);
    await listener.start();
    const workers = this.workers(redis);
    await drain.watch(workers.map(({ receiver }) => receiver));
    const watchdog = this.watchdog(life, workers, [held.loop, caches.loop, mirrors.loop, floor.loop]);
    const health = await this.health(watchdog);
    const leave = { close: () => this.leave(life, held) };
    this.parts.push(
      health,
      watchdog,
      leave,
      ...workers,
      listener,
      this.get<CheckAnswerer>(CHECK_ANSWERER),
      floor,
      caches,
      mirrors,
      held,
      life,
      { close: () => redis.disconnect() },
      ...this.stores(),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await closeInOrder(this.parts, (error) => this.logger.warn({ err: error }, 'a part did not end in order'));
  }

  /** No further build is meant for this process, and those under way have some time left. */
  private async leave(life: ProcessLife, held: HeldAttempts): Promise<void> {
    held.drain(drainMs);
    await life.takeLeave('The builder is ending.');
  }

  private watchdog(life: ProcessLife, workers: readonly JobLoop[], loops: readonly WakeLoop[]): Watchdog {
    const watchdog = this.get(Watchdog);
    const queues = workers.map((worker) => async () => [await worker.look()]);
    watchdog.watch(...queues, () => loops.map(lookAtLoop));
    watchdog.onChange(() => void life.beat());
    watchdog.start();
    return watchdog;
  }

  private workers(redis: Redis): JobLoop[] {
    const onError = (error: Error) => this.logger.error({ err: error }, 'a job ended by an error');
    const { lane, workerName: worker } = this.config;
    const address = { lane, worker };
    const runs = this.get(RunBuildService);
    const exports = this.get(ExportCacheService);
    const common = { address, redis, lookBy: this.get<Redis>(REDIS), onError };
    return [
      new JobLoop({
        ...{ ...common, concurrency: this.config.buildSlots, slotLimitMs: claimLimitMs },
        job: 'run-build',
        handle: ({ attemptId }, slot) => runs.run(attemptId, slot),
      }),
      new JobLoop({
        ...{ ...common, concurrency: 1, slotLimitMs: exportLimitMs },
        job: 'export-cache',
        handle: ({ buildId }) => exports.run(buildId),
      }),
    ];
  }

  /** A cancel, a drain or a question is announced to every builder; the heartbeat learns whether it is one of ours. */
  private listener(held: HeldAttempts, life: ProcessLife): Listener {
    const checks = this.get<CheckAnswerer>(CHECK_ANSWERER);
    const handlers = { cancel: () => held.wake(), drain: () => void life.beat(), check: () => checks.wake() };
    return new Listener(this.config.databaseUrl.reveal(), handlers, (error) =>
      this.logger.warn({ err: error }, 'notifications were interrupted'),
    );
  }

  private health(watchdog: Watchdog) {
    const { http, release } = this.config;
    const engine = this.get<Engine>(ENGINE);
    const check = async () => {
      const { ok, detail } = await engine.check();
      if (!ok) throw new Error(detail);
    };
    return startHealth(
      {
        http,
        release,
        logger: this.logger,
        database: this.get(Database),
        redis: this.get(PoolRedis),
        metrics: this.get<Metrics>(METRICS),
      },
      [{ name: 'engine', required: true, check }, watchdog.readiness()],
    );
  }

  private stores(): Closable[] {
    return [
      this.get<Engine>(ENGINE),
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
