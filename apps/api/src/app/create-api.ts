import { createHash } from 'node:crypto';
import { type Config, type DescribedSetting, describeConfig } from '@cooperage/config';
import {
  AuditRepository,
  Database,
  ExternalSignInRepository,
  IdempotencyRepository,
  IntakeRepository,
  OrganizationAdministration,
  PasswordResetRepository,
  PostgresChunkStore,
  SessionRepository,
} from '@cooperage/db';
import { LogHub } from '@cooperage/logs/read';
import { PooledLiveBus, SharedCounts } from '@cooperage/queue';
import { createLogger, createMetrics, type Logger } from '@cooperage/telemetry';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Admission, admitBeforeBodies } from '../auth/admission.js';
import { addOidcRoutes } from '../auth/oidc/oidc.routes.js';
import { PrincipalsService } from '../auth/principals.service.js';
import { createSignIn } from '../auth/sign-in.js';
import { addSignInRoutes } from '../auth/sign-in.routes.js';
import { addHealthRoutes, storeChecks } from '../health/health.routes.js';
import { addIntakeRoute } from '../hooks/intake.routes.js';
import { IntakeService } from '../hooks/intake.service.js';
import type { KnownRoute } from '../http/access-rule.js';
import { currentShare } from '../http/caller.js';
import { addLiveTunnel } from '../http/live-tunnel.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { type ApiServer, createServer } from '../http/server.js';
import { SharedRateLimits } from '../http/shared-rate-limits.js';
import { addUnknownAddresses } from '../http/unknown-address.js';
import { validationPipe } from '../http/validation.js';
import { addWebProxy } from '../http/web-proxy.js';
import { type MailLimits, usualMailLimits } from '../mail/mailer.js';
import { addOpenApiRoute } from '../openapi/openapi.routes.js';
import { addRegistryTokenRoutes } from '../registry-token/registry-token.routes.js';
import { RegistryTokensService } from '../registry-token/registry-tokens.service.js';
import { ApiModule } from './api.module.js';
import { cleanUp } from './clean-up.js';
import { connectPools } from './connect-pools.js';
import type { CoreParts } from './core.module.js';
import { keepSealed } from './keep-sealed.js';
import { nestLogger } from './logger.js';
import { settingsOf } from './settings.js';
import { versionOf } from './version.js';

export interface Api {
  readonly app: NestFastifyApplication;
  readonly server: FastifyInstance;
  readonly routes: readonly KnownRoute[];
  readonly database: Database;
  readonly logger: Logger;
  /** Ends what is under way, then lets go of everything. */
  close(): Promise<void>;
}

/**
 * Connections of the dashboard, which callers share. Webhooks have their own, so that neither keeps the other out: to write deliveries
 * (four statements at once, and counts), and to look up secrets and quotas. All pools of an api process have 32 connections together:
 * `prisma/roles.sql` counts them among the four of ten that builders leave.
 */
const poolSize = 16;
const intakePoolSize = 12;
const hookPoolSize = 4;

/**
 * The whole HTTP application, ready to listen.
 * @param described what it is configured with, for administrators to look at.
 */
export async function createApi(
  config: Config<'api'>,
  described: readonly DescribedSetting[] = describeConfig('api').settings,
  mailLimits: MailLimits = usualMailLimits,
): Promise<Api> {
  const logger = createLogger({ process: 'api', level: config.logLevel });
  const version = versionOf(config.release);
  const url = config.databaseUrl.reveal();
  const database = new Database({ url, poolSize, applicationName: 'cooperage-api', user: currentShare });
  const hookDatabase = new Database({
    url,
    poolSize: hookPoolSize,
    applicationName: 'cooperage-hooks',
    user: currentShare,
  });
  const onError = (error: Error) => logger.warn({ err: error }, 'a connection broke');
  const intake = new IntakeRepository(url, intakePoolSize, onError);
  const redis = connectPools(config, onError);
  const bus = new PooledLiveBus(redis, onError);
  const logHub = new LogHub({
    store: new PostgresChunkStore(database),
    bus,
    onError: (error) => logger.warn({ err: error }, 'the archive was not read'),
  });
  const parts: CoreParts = {
    settings: settingsOf(config),
    described,
    database,
    hookDatabase,
    intake,
    logHub,
    rateLimits: new SharedRateLimits(new SharedCounts(redis.trusted, countsPrefix(config)), logger),
    mailLimits,
    logger,
    metrics: createMetrics({ version: version.version, commit: version.commit }),
  };
  const http = createServer(config.http, logger);
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.with(parts), http.adapter, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  app.useGlobalPipes(validationPipe());
  admitBeforeBodies(http.instance, app.get(Admission));
  addRoutes(app, http, parts, config);
  addHealthRoutes(http.instance, {
    version,
    metrics: parts.metrics,
    principals: app.get(PrincipalsService),
    checks: storeChecks(database, redis),
  });
  const endTunnels = addLiveTunnel(app.getHttpServer(), {
    liveUrl: config.http.liveUrl,
    trustProxy: config.http.trustProxy,
    room: http.room,
    logger,
  });
  await app.init();
  await http.instance.ready();
  const endCleaning = cleanUp(
    [new SessionRepository(database), new IdempotencyRepository(database), new OrganizationAdministration(database)],
    logger,
  );
  const endSealing = keepSealed(database, parts.settings.masterKeys, logger);
  const close = async () => {
    endSealing();
    endCleaning();
    endTunnels();
    await app.close();
    logHub.close();
    bus.close();
    redis.disconnect();
    await Promise.allSettled([intake.close(), database.close(), hookDatabase.close()]);
  };
  return { app, server: http.instance, routes: http.routes, database, logger, close };
}

/** Installations may share a Redis: each is known by its address and its database. */
function countsPrefix({ http, databaseUrl }: Config<'api'>): string {
  const words = `${http.publicUrl} ${new URL(databaseUrl.reveal()).pathname}`;
  return `cooperage:tries:${createHash('sha256').update(words).digest('base64url').slice(0, 16)}:`;
}

/** Routes beside Nest's: those that need the raw request, and what is no API at all. */
function addRoutes(app: NestFastifyApplication, http: ApiServer, parts: CoreParts, config: Config<'api'>): void {
  const { settings, database, logger } = parts;
  addSignInRoutes(http.instance, {
    signIn: createSignIn(database, settings, logger),
    settings,
    principals: app.get(PrincipalsService),
    audit: app.get(AuditRepository),
    resets: app.get(PasswordResetRepository),
    rateLimits: parts.rateLimits,
  });
  addOidcRoutes(http.instance, {
    settings,
    accounts: app.get(ExternalSignInRepository),
    rateLimits: parts.rateLimits,
    logger,
  });
  addIntakeRoute(http.instance, app.get(IntakeService), logger);
  addRegistryTokenRoutes(http.instance, {
    tokens: app.get(RegistryTokensService),
    principals: app.get(PrincipalsService),
    settings,
    logger,
  });
  addOpenApiRoute(http.instance);
  addUnknownAddresses(http);
  addWebProxy(http.instance, config.http.webUrl, config.http.publicUrl);
}
