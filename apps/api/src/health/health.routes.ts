import { type Database, isMigrated } from '@cooperage/db';
import { KeptAnswer, type Metrics, type ReadinessCheck, readiness, type VersionInfo } from '@cooperage/telemetry';
import type { FastifyInstance } from 'fastify';
import { satisfies } from '../auth/admission.js';
import type { Principal } from '../auth/principal.js';
import type { PrincipalsService } from '../auth/principals.service.js';
import { inShareOf } from '../http/caller.js';
import { ApiProblem } from '../http/problem.js';

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

/** Anyone may ask as often as they like, and each check asks the stores. */
const readinessKeptMs = 1_000;

/** They are numbers of all organizations together. */
function mayReadMetrics(principal: Principal): boolean {
  if (principal.kind === 'person') return principal.administrator;
  return principal.ofAdministrator && satisfies(principal, 'read');
}

/** What orchestrators and Prometheus ask, the latter with an API token of an administrator. An outside registry or forge that is down does not make us unready. */
export function addHealthRoutes(server: FastifyInstance, parts: HealthParts, keptMs = readinessKeptMs): void {
  // What all are answered does not wait behind the statements of the one who asked first.
  const found = new KeptAnswer(keptMs, () => inShareOf('readiness', () => readiness(parts.checks)));
  server.get('/healthz', { config }, async () => ({ status: 'ok' }));

  server.get('/readyz', { config }, async (_request, reply) => {
    const { ready, ...checks } = await found.latest();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', ...checks });
  });

  server.get('/version', { config }, async () => parts.version);

  server.get('/metrics', { config }, async (request, reply) => {
    // On loopback too: whatever fetches for somebody else, an engine or a proxy, comes from there as well.
    if (!mayReadMetrics(await parts.principals.require(request)))
      throw new ApiProblem('forbidden', {
        detail: 'This needs an administrator of the installation, or a token of one with the scope read or write.',
      });
    const { contentType, body } = await parts.metrics.expose();
    return reply.header('content-type', contentType).send(body);
  });
}
