import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isHopByHop, withoutHeaders } from '../http/proxy-headers.js';
import type { Caller } from './caller.js';

/** What a client may not say: other proxies would say it. What it expects was answered here. */
const ownHeaders = /^(?:x-forwarded-|x-real-ip$|forwarded$|proxy-|expect$)/;

/** @see https://distribution.github.io/distribution/spec/api/#errors */
export interface RegistryError {
  readonly status: number;
  readonly code: 'TOOMANYREQUESTS' | 'UNAVAILABLE' | 'UNSUPPORTED' | 'SIZE_INVALID';
  readonly message: string;
  readonly retryAfterSeconds?: number;
  /** Nothing more is read on the connection. */
  readonly endsConnection?: boolean;
}

export const unavailable: RegistryError = {
  status: 503,
  code: 'UNAVAILABLE',
  message: 'The registry does not answer.',
  retryAfterSeconds: 2,
};

/** Answers with an error, or ends the connection when an answer has begun. */
export function answerError(response: ServerResponse, error: RegistryError): void {
  const { req: request } = response;
  if (response.headersSent) {
    request.socket.resetAndDestroy();
    return;
  }
  const body = JSON.stringify({ errors: [{ code: error.code, message: error.message }] });
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'docker-distribution-api-version': 'registry/2.0',
    ...(error.retryAfterSeconds && { 'retry-after': String(error.retryAfterSeconds) }),
    ...(error.endsConnection ? { connection: 'close' } : closing(request)),
  };
  response.writeHead(error.status, headers);
  response.end(body);
}

/** Begins to answer with what the registry says. */
export function beginAnswer(answer: IncomingMessage, response: ServerResponse): void {
  const headers: OutgoingHttpHeaders = { ...withoutHeaders(answer.headers, isHopByHop), ...closing(response.req) };
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
}

/** The rest of a body that nobody wants is read and dropped, so that its sender comes to read the answer. */
function closing(request: IncomingMessage): OutgoingHttpHeaders {
  if (request.complete) return {};
  request.resume();
  return { connection: 'close' };
}

/** Headers for the registry. */
export function passedHeaders({ headers }: IncomingMessage, caller: Caller): OutgoingHttpHeaders {
  return {
    ...withoutHeaders(headers, (name) => isHopByHop(name) || ownHeaders.test(name)),
    'x-forwarded-for': caller.address,
    'x-forwarded-proto': caller.protocol,
  };
}
