import type { ClientRequest, IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import type { Release } from '@cooperage/domain';
import { readAhead } from '../http/read-ahead.js';
import { waitForShare } from '../http/wait-for-share.js';
import { endConnection, type PassedRequest } from './caller.js';
import type { RegistryPassage } from './passage.js';
import { answerError, beginAnswer, passedHeaders } from './registry-answers.js';
import { giveUp } from './registry-connections.js';
import type { RequestKind } from './request-kind.js';
import { wholeBody } from './whole-body.js';

const tooMany = {
  status: 429,
  code: 'TOOMANYREQUESTS',
  message: 'Too many requests of this address are under way. Try again in a moment.',
  retryAfterSeconds: 1,
} as const;

/**
 * Passes a request on whose answer the registry makes in its memory. Each address has a share of them, and a request holds its slot until the
 * registry is done with it. Neither a slow sender nor a slow reader makes that longer: bodies and answers are read here.
 */
export async function passDocument(
  kind: Exclude<RequestKind, 'blob'>,
  passed: PassedRequest,
  passage: RegistryPassage,
): Promise<void> {
  const { request, response, caller } = passed;
  const body = await wholeBody(passed, passage);
  if (body === null) return;
  const slot = await waitForShare(passage.shares[kind], caller.address, request, response, passage.bounds.waitMs);
  if (slot === 'gone') return;
  if (slot === 'full') return answerError(response, tooMany);
  try {
    askFor(passed, passage, body, slot);
  } catch (error) {
    slot();
    throw error;
  }
}

function askFor(passed: PassedRequest, passage: RegistryPassage, body: Buffer, slot: Release): void {
  const { request, caller } = passed;
  const { heldMs } = passage.bounds;
  const asked = passage.registry.ask(passed, {
    headers: { ...passedHeaders(request, caller), ...(body.length > 0 && { 'content-length': body.length }) },
    silentMs: heldMs,
    onAnswer: (answer, asked) => passAnswer(passed, passage, answer, asked),
  });
  const late = setTimeout(() => giveUp(passed, asked, 'the registry took too long'), heldMs);
  asked.once('close', () => {
    clearTimeout(late);
    slot();
  });
  asked.end(body);
}

function passAnswer(
  passed: PassedRequest,
  { room, bounds }: RegistryPassage,
  answer: IncomingMessage,
  asked: ClientRequest,
): void {
  const { response, caller } = passed;
  // The registry works on when the caller goes, so the slot was held until now.
  if (response.closed) return void asked.destroy();
  response.once('close', () => asked.destroy());
  beginAnswer(answer, response);
  const ahead = readAhead(answer, undefined, bounds.readAheadBytes);
  answer.once('end', () => {
    // It may have answered before it had all of the body.
    if (!asked.writableFinished) asked.destroy();
    if (response.closed || ahead.readableLength === 0) return;
    const giveBack = room.take(caller.keys, ahead.readableLength, () => endConnection(passed));
    response.once('close', giveBack);
  });
  pipeline(ahead, response, () => undefined);
}
