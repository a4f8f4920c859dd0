import type { Socket } from 'node:net';
import type { ProblemCode } from '@cooperage/contracts';
import { newId } from '@cooperage/db';
import { ApiProblem } from './problem.js';

const codes: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'bad_request',
};

/**
 * Answers what never became a request (bad chunks, both lengths, a body that does not arrive) and closes the connection,
 * so that nothing behind it is taken for another request (S-081).
 */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new ApiProblem(codes[error.code ?? ''] ?? 'bad_request');
  const body = JSON.stringify(problem.body(newId()));
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.status === 408 ? 'Request Timeout' : 'Bad Request'}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
