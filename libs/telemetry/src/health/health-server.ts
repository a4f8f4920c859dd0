import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from '../logger/logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { HealthConnections, type HealthLimits, usualLimits } from './health-connections.js';
import { KeptAnswer } from './kept-answer.js';
import { type ReadinessCheck, readiness } from './readiness.js';

export interface VersionInfo {
  readonly version: string;
  readonly commit: string;
  /** ISO 8601, or null where nobody wrote it down. */
  readonly builtAt: string | null;
  /** Name of the newest migration that this code expects; null where it does not matter. */
  readonly schemaVersion: string | null;
}

export interface HealthServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly version: VersionInfo;
  readonly checks: readonly ReadinessCheck[];
  readonly metrics: Pick<Metrics, 'expose'>;
  readonly logger: Logger;
  readonly limits?: Partial<HealthLimits>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What costs more than its text, found out once for all who ask meanwhile. */
interface Looks {
  readonly readiness: KeptAnswer<Answer>;
  readonly metrics: KeptAnswer<Answer>;
}

const headMs = 5_000;
/** For how long an answer is kept. Whoever reaches the port may ask as often as they like, and each look asks the stores. */
const keptMs = 1_000;

/**
 * The only HTTP that a worker process speaks: `/healthz` (the process lives), `/readyz` (its required parts answer),
 * `/metrics`, `/version`. Nobody signs in, so what callers can use up is bounded. A connection has one request.
 * @throws {Error} when the address cannot be listened on.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const looks: Looks = {
    readiness: new KeptAnswer(keptMs, () => lookAtReadiness(options)),
    metrics: new KeptAnswer(keptMs, async () => ({ status: 200, ...(await options.metrics.expose()) })),
  };
  const server = createServer({
    requestTimeout: headMs,
    headersTimeout: headMs,
    connectionsCheckingInterval: 1_000,
    // Node would answer each of many such heads by itself.
    requireHostHeader: false,
  });
  const connections = new HealthConnections({ ...usualLimits, ...options.limits });
  server.on('connection', (socket: Socket) => connections.add(socket));
  const asked = new WeakSet<Socket>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // What was read with it is still handed over after a connection has ended.
    if (socket.destroyed) return;
    // 64 KiB of requests that are read in one go would be some thousand answers to hold.
    if (asked.has(socket)) return void socket.destroy();
    asked.add(socket);
    void respond(options, looks, request, response);
  };
  server.on('request', answer).on('checkExpectation', answer);
  await listen(server, options);
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function respond(
  options: HealthServerOptions,
  looks: Looks,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerTo(options, looks, request).catch((error: unknown) => {
    options.logger.error({ err: error }, 'health request failed');
    return json(500, { status: 'failed' });
  });
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

async function answerTo(options: HealthServerOptions, looks: Looks, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return json(405, { status: 'method not allowed' });
  switch (request.url?.split('?', 1)[0]) {
    case '/healthz':
      return json(200, { status: 'ok' });
    case '/readyz':
      return looks.readiness.latest();
    case '/metrics':
      return looks.metrics.latest();
    case '/version':
      return json(200, options.version);
    default:
      return json(404, { status: 'not found' });
  }
}

async function lookAtReadiness(options: HealthServerOptions): Promise<Answer> {
  const { ready, ...parts } = await readiness(options.checks, (name, error) =>
    options.logger.warn({ err: error, part: name }, 'a part does not answer'),
  );
  return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', ...parts });
}

function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

function listen(server: Server, { host, port }: HealthServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
