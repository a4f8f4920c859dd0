import type { Readable } from 'node:stream';
import { GrowingBuffer } from '@cooperage/domain';
import type { FastifyRequest } from 'fastify';
import { usualPace, watchPace } from './body-pace.js';
import { ApiProblem } from './problem.js';

/**
 * Reads the body of a request, up to the limit of its route. Fastify's own parsers (`parseAs`) keep each chunk until the end, and hold
 * many times what the limit counts (R13B-1). Where who asks may stand in the body (`holderOf`), nobody was admitted for it, so it has a pace.
 * @throws {ApiProblem} `payload_too_large`; `request_timeout` for a body that trickles; `bad_request` when the caller has gone
 */
export async function readBody(request: FastifyRequest, payload: Readable): Promise<Buffer> {
  const { bodyLimit, config } = request.routeOptions;
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bodyLimit) throw new ApiProblem('payload_too_large');
  const body = new GrowingBuffer(announced || bodyLimit);
  const slow = Promise.withResolvers<never>();
  const onSlow = () => slow.reject(new ApiProblem('request_timeout'));
  const endWatch = config.holderOf ? watchPace(usualPace, () => body.length, onSlow) : undefined;
  const read = async () => {
    for await (const part of partsOf(payload)) {
      if (body.length + part.length > bodyLimit) throw new ApiProblem('payload_too_large');
      body.add(part);
    }
  };
  try {
    await Promise.race([read(), slow.promise]);
    return body.toBuffer();
  } finally {
    endWatch?.();
  }
}

async function* partsOf(payload: Readable): AsyncGenerator<Buffer> {
  try {
    // The answer still needs the connection when the body is too long or too slow.
    for await (const part of payload.iterator({ destroyOnReturn: false })) yield part as Buffer;
  } catch {
    throw new ApiProblem('bad_request');
  }
}
