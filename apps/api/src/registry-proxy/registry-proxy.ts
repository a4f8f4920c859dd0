import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FairShares, SharedRoom } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { type TrustProxy, trustOf } from '../http/client-address.js';
import { maxConnections } from '../http/connection-bounds.js';
import { guardedOptions, guardServer } from '../http/guarded-server.js';
import { listenOptions } from '../http/listen.js';
import { OpenConnections } from '../http/open-connections.js';
import { callerOf, endConnection, type PassedRequest } from './caller.js';
import { passBlob } from './pass-blob.js';
import { passDocument } from './pass-document.js';
import { type RegistryPassage, type RegistryProxyBounds, usualBounds } from './passage.js';
import { answerError, type RegistryError, unavailable } from './registry-answers.js';
import { RegistryConnections } from './registry-connections.js';
import { requestKind } from './request-kind.js';
import { hasBody } from './whole-body.js';

export interface RegistryProxyOptions {
  readonly registry: { readonly host: string; readonly insecure: boolean };
  readonly trustProxy: TrustProxy;
  readonly logger: Logger;
  readonly bounds?: Partial<RegistryProxyBounds>;
  /** TCP connections. Where they are full, one gives way by the address that it comes from, which may be that of a TLS proxy. */
  readonly connections?: number;
}

/** Of 50,000 tags each is some 40 MB in the registry while it is made. */
const listShare = { total: 8, perKey: 2 };
const documentShare = { total: 16, perKey: 4 };
const maxWaiting = 256;
/** Time for what is under way to end. */
const goodbyeMs = 5_000;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const methodsWithBody = ['POST', 'PUT', 'PATCH'];

/**
 * The HTTP server before the registry, for everybody but our own processes. It passes on what goes to the registry's API, bounds what
 * callers may make the registry hold in its memory, and ends those that do not read.
 */
export class RegistryProxy {
  readonly server: Server;
  private readonly open: OpenConnections;
  private readonly passage: RegistryPassage;
  /** Requests under way, by one. */
  private readonly requests: SharedRoom;

  constructor({ registry, trustProxy, logger, ...options }: RegistryProxyOptions) {
    const bounds = { ...usualBounds, ...options.bounds };
    this.requests = new SharedRoom(bounds.requests);
    this.passage = {
      registry: new RegistryConnections(registry, logger),
      shares: { list: new FairShares(listShare, maxWaiting), document: new FairShares(documentShare, maxWaiting) },
      transfers: new SharedRoom(bounds.transfers),
      room: new SharedRoom(bounds.roomBytes),
      bounds,
    };
    const trust = trustOf(trustProxy);
    this.server = createServer({
      // An upload takes as long as it takes. One that does not move is ended below.
      requestTimeout: 0,
      keepAliveTimeout: 65_000,
      ...guardedOptions,
    });
    this.server.on('request', (request, response) => {
      this.answer({ request, response, caller: callerOf(request, trust) }).catch((error: unknown) => {
        logger.error({ err: error }, 'request to the registry was not passed on');
        answerError(response, unavailable);
      });
    });
    this.open = new OpenConnections(this.server);
    guardServer(this.server, {
      maxConnections: options.connections ?? maxConnections,
      answer: (response, { message }) =>
        answerError(response, { status: 400, code: 'UNSUPPORTED', message, endsConnection: true }),
    });
    this.server.setTimeout(bounds.stallMs);
  }

  /** @returns its address */
  async listen(at: { readonly host: string; readonly port: number }): Promise<string> {
    this.server.listen(listenOptions(at));
    await once(this.server, 'listening');
    const { address, family, port } = this.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async close(): Promise<void> {
    await this.open.endWith(
      () => new Promise((resolve, reject) => this.server.close((error) => (error ? reject(error) : resolve()))),
      goodbyeMs,
    );
    this.passage.registry.close();
  }

  private async answer(passed: PassedRequest): Promise<void> {
    const { request, response } = passed;
    // Who has gone is found by its socket.
    for (const stream of [request, response]) stream.on('error', () => undefined);
    // Each rule waits for its close, and a pipeline does several times.
    response.setMaxListeners(20);
    response.on('timeout', () => endIfStalled(passed));
    if (!this.hasPlace(passed)) return;
    const { method = '', url = '' } = request;
    if (url === '/healthz' && method === 'GET') return void response.end('{"status":"ok"}');
    const kind = requestKind(url);
    const error = kind === null ? notFound : errorOf(request);
    if (error) return answerError(response, error);
    if (kind === 'blob') return passBlob(passed, this.passage);
    if (kind) return passDocument(kind, passed, this.passage);
  }

  /**
   * Counts a request by one until its answer has left: for so long its connection is not idle. One that waits for its share counts nowhere else
   * but for its site, so those of a few sites would hold all connections of a TLS proxy (R20A-1).
   * @returns false when it gave way itself
   */
  private hasPlace(passed: PassedRequest): boolean {
    let gaveWay = false;
    const release = this.requests.take(passed.caller.keys, 1, () => {
      gaveWay = true;
      endConnection(passed);
    });
    passed.response.once('close', release);
    return !gaveWay;
  }
}

const notFound: RegistryError = { status: 404, code: 'UNSUPPORTED', message: 'Only addresses below /v2/ are here.' };

function errorOf(request: IncomingMessage): RegistryError | undefined {
  const { method = '' } = request;
  if (!methods.includes(method))
    return { status: 405, code: 'UNSUPPORTED', message: 'The registry has no such method.' };
  // Without a length the registry could take it for another request.
  if (hasBody(request) && !methodsWithBody.includes(method))
    return { status: 400, code: 'UNSUPPORTED', message: `A ${method} has no body.` };
  return undefined;
}

/** Node asks once nothing has moved for `stallMs`. While the registry works, nothing does. */
function endIfStalled(passed: PassedRequest): void {
  const isAtRegistry = passed.request.complete && !passed.response.headersSent;
  if (!isAtRegistry) endConnection(passed);
}
