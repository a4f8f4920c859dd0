import type { Server } from 'node:http';
import { boundConnections } from './bounded-connections.js';
import { type AnswerProblem, boundHeads } from './bounded-heads.js';
import { DrainingResponse } from './draining-response.js';
import { JoinedRequest } from './joined-request.js';
import { boundPipelining } from './pipelined-requests.js';

/** Options of `createServer` for each server that the public reaches. */
export const guardedOptions = {
  connectionsCheckingInterval: 1_000,
  headersTimeout: 10_000,
  maxHeaderSize: 16_384,
  // Node would refuse a request without `Host` by itself, past everything that counts requests. `boundHeads` does it instead.
  requireHostHeader: false,
  IncomingMessage: JoinedRequest,
  ServerResponse: DrainingResponse,
};

export interface ServerBounds {
  readonly maxConnections: number;
  /** Says why a head is refused. */
  readonly answer?: AnswerProblem;
}

/** Bounds heads, requests and connections of a server. Takes the place of its listeners, so it comes after those that answer. */
export function guardServer(server: Server, { maxConnections, answer }: ServerBounds): void {
  boundHeads(server, answer);
  boundConnections(server, maxConnections, boundPipelining(server));
  // Node answers an expectation that it does not know by itself, with 417, and nobody counts, limits or logs that (R15A-1). It may be
  // ignored (RFC 9110, 10.1.1). The request is then one like others, and no client of ours sends one.
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response));
}
