import { readFileSync } from 'node:fs';
import type { Database } from '@cooperage/db';
import type { PoolRedis } from '@cooperage/queue';
import {
  type HealthServer,
  type Logger,
  type Metrics,
  type ReadinessCheck,
  startHealthServer,
  type VersionInfo,
} from '@cooperage/telemetry';

export interface HealthParts {
  readonly http: { readonly host: string; readonly port: number };
  readonly release: { readonly commit: string; readonly builtAt: string | null };
  readonly database: Database;
  readonly redis: PoolRedis;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export function versionOf(release: HealthParts['release']): VersionInfo {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return { version, commit: release.commit, builtAt: release.builtAt, schemaVersion: null };
}

/** Health, readiness and metrics of a worker process. An outside registry or forge that is down does not make it unready. */
export function startHealth(parts: HealthParts, more: readonly ReadinessCheck[] = []): Promise<HealthServer> {
  const { http, release, database, redis, metrics, logger } = parts;
  const checks: ReadinessCheck[] = [
    {
      name: 'database',
      required: true,
      check: async () => {
        if (!(await database.isReady())) throw new Error('the database does not answer');
      },
    },
    { name: 'redis', required: false, check: () => redis.ping() },
    ...more,
  ];
  return startHealthServer({ ...http, version: versionOf(release), checks, metrics, logger });
}
