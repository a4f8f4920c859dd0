import { pipeline } from 'node:stream';
import { endConnection, type PassedRequest } from './caller.js';
import type { RegistryPassage } from './passage.js';
import { beginAnswer, passedHeaders } from './registry-answers.js';
import { hasBody } from './whole-body.js';

/**
 * Passes a blob on, in either direction, as fast as its receiver takes it. That may take hours, so there is no number of them that an
 * address may have: when there are too many, the oldest one of the address with the most ends.
 */
export function passBlob(passed: PassedRequest, { registry, transfers, bounds }: RegistryPassage): void {
  const { request, response } = passed;
  response.once(
    'close',
    transfers.take(passed.caller.keys, 1, () => endConnection(passed)),
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
  // The registry looks at the token now, also where the body does not come.
  if (hasBody(request)) asked.flushHeaders();
  request.pipe(asked);
}

/** A body of unknown length is sent on in chunks. A request without a body says so, as one that begins an upload. */
function headersOf({ request, caller }: PassedRequest) {
  const headers = passedHeaders(request, caller);
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  const mayHaveBody = !['GET', 'HEAD', 'DELETE'].includes(request.method ?? '');
  return isChunked || !mayHaveBody ? headers : { 'content-length': '0', ...headers };
}
