import type { IncomingMessage } from 'node:http';
import { endConnection, type PassedRequest } from './caller.js';
import type { RegistryPassage } from './passage.js';
import { answerError } from './registry-answers.js';

/** What the registry takes of a manifest. */
const mostBytes = 4 * 1024 * 1024;
const tooLong = {
  status: 413,
  code: 'SIZE_INVALID',
  message: `A manifest has at most ${mostBytes} bytes.`,
} as const;

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Reads a body that the registry would read into its memory, however slowly it comes. It counts for the caller until the answer has left.
 * @returns null when the caller has gone, or was answered since the body is too long
 */
export async function wholeBody(passed: PassedRequest, { room }: RegistryPassage): Promise<Buffer | null> {
  const { request, response, caller } = passed;
  if (!hasBody(request)) return Buffer.alloc(0);
  const declared = Number(request.headers['content-length'] ?? mostBytes);
  const giveBack = room.take(caller.keys, Math.min(declared, mostBytes), () => endConnection(passed));
  response.once('close', giveBack);
  const body = await read(request, declared).catch(() => 'gone' as const);
  if (body === 'gone') return null;
  if (body === 'too long') answerError(response, tooLong);
  return body === 'too long' ? null : body;
}

async function read(request: IncomingMessage, declared: number): Promise<Buffer | 'too long'> {
  if (declared > mostBytes) return 'too long';
  // One piece: the parts of a body of a million chunks would be a million objects.
  const body = Buffer.allocUnsafeSlow(declared);
  let length = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (length + part.length > declared) return 'too long';
    length += part.copy(body, length);
  }
  return body.subarray(0, length);
}
