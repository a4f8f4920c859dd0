import type { Config } from '@cooperage/config';
import { BuildLists, Database, Listener, PostgresChunkStore, SessionRepository } from '@cooperage/db';
import { LogHub } from '@cooperage/logs/read';
import { PooledLiveBus } from '@cooperage/queue';
import { createLogger, createMetrics, type Logger } from '@cooperage/telemetry';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connectPools } from '../app/connect-pools.js';
import { nestLogger } from '../app/logger.js';
import { sessionSettingsOf } from '../app/settings.js';
import { versionOf } from '../app/version.js';
import { PrincipalsService } from '../auth/principals.service.js';
import { addHealthRoutes, storeChecks } from '../health/health.routes.js';
import { currentShare } from '../http/caller.js';
import { OpenConnections } from '../http/open-connections.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { createServer } from '../http/server.js';
import { Announcements } from './announcements.js';
import { BuildAnnouncer } from './build-announcer.js';
import { DeliveryAnnouncer } from './delivery-announcer.js';
import { LiveGateway } from './live.gateway.js';
import { LiveModule } from './live.module.js';
import { LiveAdapter, type LiveLimits } from './live-adapter.js';
import { LogFollowers } from './log-followers.js';
import { SessionWatch } from './session-watch.js';
import { WorkerAnnouncer } from './worker-announcer.js';

export interface Live {
  readonly app: NestFastifyApplication;
  readonly database: Database;
  readonly logger: Logger;
  close(): Promise<void>;
}

/** Connections that people share. */
const poolSize = 8;
/** Time for clients to answer the closing of their socket. */
const goodbyeMs = 1_000;

/** The socket process: a process of its own, so that whatever a packet breaks, the API goes on. */
export async function createLive(config: Config<'live'>, limits: LiveLimits = {}): Promise<Live> {
  const logger = createLogger({ process: 'live', level: config.logLevel });
  const version = versionOf(config.release);
  const metrics = createMetrics({ version: version.version, commit: version.commit });
  const url = config.databaseUrl.reveal();
  const database = new Database({ url, poolSize, applicationName: 'cooperage-live', user: currentShare });
  // What ends subscriptions waits behind nobody's.
  const watchDatabase = new Database({ url, poolSize: 1, applicationName: 'cooperage-live-watch' });
  const onError = (error: Error) => logger.warn({ err: error }, 'a connection broke');
  const redis = connectPools(config, onError);
  const bus = new PooledLiveBus(redis, onError);
  const store = new PostgresChunkStore(database);
  const hub = new LogHub({ store, bus, onError: (error) => logger.warn({ err: error }, 'the archive was not read') });
  const http = createServer(config.http, logger);
  const followers = new LogFollowers(hub, metrics, logger);
  const module = LiveModule.with({ settings: sessionSettingsOf(config), database, logger, followers });
  const app = await NestFactory.create<NestFastifyApplication>(module, http.adapter, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  app.useWebSocketAdapter(new LiveAdapter(app, config.http.publicUrl, limits));
  addHealthRoutes(http.instance, {
    version,
    metrics,
    principals: app.get(PrincipalsService),
    checks: storeChecks(database, redis),
  });
  const connections = new OpenConnections(app.getHttpServer());
  await app.init();
  const { namespace } = app.get(LiveGateway);
  const announcements = new Announcements(namespace);
  const announcer = new BuildAnnouncer(announcements, new BuildLists(database), logger);
  const deliveries = new DeliveryAnnouncer(namespace, announcements, logger);
  const workers = new WorkerAnnouncer(namespace);
  const handlers = {
    build: announcer.onNotification,
    steps: announcer.onSteps,
    delivery: deliveries.onNotification,
    process: workers.onNotification,
    drain: workers.onNotification,
  };
  const onReconnect = () => {
    announcer.onReconnect();
    deliveries.onReconnect();
  };
  const listener = new Listener(url, handlers, onError, { onReconnect });
  await listener.start();
  const watch = new SessionWatch(new SessionRepository(watchDatabase), logger);
  watch.start(namespace);
  const close = async () => {
    watch.stop();
    namespace.disconnectSockets(true);
    await connections.endWith(() => app.close(), goodbyeMs);
    hub.close();
    bus.close();
    redis.disconnect();
    await Promise.allSettled([listener.close(), database.close(), watchDatabase.close()]);
  };
  return { app, database, logger, close };
}
