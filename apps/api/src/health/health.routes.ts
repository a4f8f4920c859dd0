import { isIP } from 'node:net';
import { type Database, isMigrated } from '@cooperage/db';
import { type Metrics, type ReadinessCheck, readiness, type VersionInfo } from '@cooperage/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PrincipalsService } from '../auth/principals.service.js';

export interface HealthParts {
  readonly checks: readonly ReadinessCheck[];
  readonly version: VersionInfo;
  readonly metrics: Pick<Metrics, 'expose'>;
  readonly principals: PrincipalsService;
}

/** Our own stores. Without Redis pages are served and webhooks taken; only live logs are slower. */
export function storeChecks(database: Database, redis: { ping(): Promise<unknown> }): ReadinessCheck[] {
  return [
    { name: 'database', required: true, check: () => assertMigrated(database) },
    { name: 'redis', required: false, check: () => redis.ping() },
  ];
}

async function assertMigrated(database: Database): Promise<void> {
  if (!(await isMigrated(database))) throw new Error('migrations are missing');
}

const config = { access: 'public' } as const;

/** What orchestrators and Prometheus ask. An outside registry or forge that is down does not make us unready. */
export function addHealthRoutes(server: FastifyInstance, parts: HealthParts): void {
  server.get('/healthz', { config }, async () => ({ status: 'ok' }));

  server.get('/readyz', { config }, async (_request, reply) => {
    const { ready, degraded } = await readiness(parts.checks);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', degraded });
  });

  server.get('/version', { config }, async () => parts.version);

  server.get('/metrics', { config }, async (request, reply) => {
    if (!isOnThisMachine(request)) await parts.principals.require(request);
    const { contentType, body } = await parts.metrics.expose();
    return reply.header('content-type', contentType).send(body);
  });
}

/** A proxy on this machine speaks for others, and says so. */
function isOnThisMachine(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  const isLoopback = address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
  const isForwarded = ['x-forwarded-for', 'forwarded', 'via'].some((name) => request.headers[name] !== undefined);
  return isLoopback && !isForwarded;
}
