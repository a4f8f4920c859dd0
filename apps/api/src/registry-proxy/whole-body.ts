import type { IncomingMessage } from 'node:http';
import { GrowingBuffer, type Release } from '@cooperage/domain';
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
 * Reads a body that the registry would read into its memory, however slowly it comes. Until it is whole it counts as a blob that is under
 * way: nobody has looked at a token yet, and it holds a connection. What has come counts for the caller until the answer has left.
 * @returns null when the caller has gone, or was answered since the body is too long
 */
export async function wholeBody(passed: PassedRequest, passage: RegistryPassage): Promise<Buffer | null> {
  const { request, response, caller } = passed;
  if (!hasBody(request)) return Buffer.alloc(0);
  const arrived = passage.transfers.take(caller.keys, 1, () => endConnection(passed));
  response.once('close', arrived);
  const body = await keptBody(passed, passage);
  arrived();
  return body;
}

async function keptBody(passed: PassedRequest, { room }: RegistryPassage): Promise<Buffer | null> {
  const { request, response, caller } = passed;
  let giveBack: Release = () => undefined;
  response.once('close', () => giveBack());
  const holds = (bytes: number) => {
    giveBack();
    // What has ended takes no room from others.
    if (!request.socket.destroyed) giveBack = room.take(caller.keys, bytes, () => endConnection(passed));
  };
  const body = await read(request, holds).catch(() => 'gone' as const);
  if (body === 'gone') return null;
  if (body === 'too long') answerError(response, tooLong);
  return body === 'too long' ? null : body;
}

/** @param holds is told how many bytes are held from now on */
async function read(request: IncomingMessage, holds: (bytes: number) => void): Promise<Buffer | 'too long'> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) return 'too long';
  const body = new GrowingBuffer(mostBytes);
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (body.length + part.length > mostBytes) return 'too long';
    const heldBefore = body.heldBytes;
    body.add(part);
    if (body.heldBytes > heldBefore) holds(body.heldBytes);
  }
  return body.toBuffer();
}
