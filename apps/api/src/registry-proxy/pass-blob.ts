import { pipeline } from 'node:stream';
import { endConnection, type PassedRequest } from './caller.js';
import type { RegistryPassage } from './passage.js';
import { beginAnswer, passedHeaders } from './registry-answers.js';

/** What the buffers of two connections may hold. */
const transferBytes = 256 * 1024;

/**
 * Passes a blob on, in either direction, as fast as its receiver takes it. That may take hours, so there is no number of them that an
 * address may have: when the room is full, the oldest transfer of the address with the most ends.
 */
export function passBlob(passed: PassedRequest, { registry, room, bounds }: RegistryPassage): void {
  const { request, response } = passed;
  response.once(
    'close',
    room.take(passed.caller.keys, transferBytes, () => endConnection(passed)),
  );
  const asked = registry.ask(passed, {
    headers: headersOf(passed),
    silentMs: bounds.silentMs,
    onAnswer: (answer) => {
      // An answer may come before the body is whole: to a token that has run out, for example.
      if (!request.complete) request.unpipe(asked);
      beginAnswer(answer, response);
      pipeline(answer, response, () => undefined);
    },
  });
  response.once('close', () => asked.destroy());
  request.pipe(asked);
}

/** A body of unknown length is sent on in chunks. A request without a body says so, as one that begins an upload. */
function headersOf({ request, caller }: PassedRequest) {
  const headers = passedHeaders(request, caller);
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  const mayHaveBody = !['GET', 'HEAD', 'DELETE'].includes(request.method ?? '');
  return isChunked || !mayHaveBody ? headers : { 'content-length': '0', ...headers };
}
