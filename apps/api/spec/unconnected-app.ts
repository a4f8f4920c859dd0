import { Database, IntakeRepository, PostgresChunkStore } from '@cooperage/db';
import { LogHub } from '@cooperage/logs/read';
import { createLogger, createMetrics } from '@cooperage/telemetry';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiModule } from '../src/app/api.module.js';
import { settingsOf } from '../src/app/settings.js';
import { createServer } from '../src/http/server.js';
import { SharedRateLimits } from '../src/http/shared-rate-limits.js';
import { usualMailLimits } from '../src/mail/mailer.js';
import { testConfig } from './test-settings.js';

const nowhere = () => Promise.reject(new Error('nothing is connected'));

/** The application with all its controllers, without a connection to anything: for what can be known from code alone. */
export async function unconnectedApp(): Promise<INestApplication> {
  const url = 'postgresql://nobody@127.0.0.1:9/none';
  const { api } = testConfig({
    port: 1,
    databaseUrl: url,
    redisUrl: 'redis://127.0.0.1:9',
    registryHost: '127.0.0.1:9',
  });
  const logger = createLogger({ process: 'test', level: 'silent' });
  const database = new Database({ url, poolSize: 1, applicationName: 'test' });
  const parts = {
    settings: settingsOf(api),
    database,
    hookDatabase: database,
    logHub: new LogHub({
      store: new PostgresChunkStore(database),
      bus: { publish: () => false, subscribe: () => () => {} },
    }),
    described: [],
    intake: new IntakeRepository(url, 1, () => {}),
    rateLimits: new SharedRateLimits({ add: nowhere, forget: nowhere }, logger),
    mailLimits: usualMailLimits,
    logger,
    metrics: createMetrics({ version: '0', commit: 'none' }),
  };
  return NestFactory.create(ApiModule.with(parts), createServer(api.http, logger).adapter, {
    logger: false,
    bodyParser: false,
  });
}
