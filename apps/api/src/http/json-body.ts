import type { IncomingMessage } from 'node:http';
import { type JsonBounds, type JsonFault, JsonScan } from '@cooperage/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiProblem } from './problem.js';
import { readBody } from './read-body.js';

/**
 * The longest call that our own pages make deletes an image with a thousand tags. Each key has a value as well, so a bound on keys
 * only means something below that on values.
 */
export const jsonBounds: JsonBounds = { depth: 64, keys: 4_000, values: 5_000 };

/**
 * Takes JSON and nothing else. What a body holds is counted before it is parsed, since everything behind costs by the value:
 * parsing, checking of texts, schemas. 1 MiB holds half a million values, and a caller needs no account to send that.
 */
export function acceptJsonOnly(instance: FastifyInstance): void {
  const parse = instance.getDefaultJsonParser('error', 'error');
  instance.removeAllContentTypeParsers();
  const parsed = (request: FastifyRequest, text: string) =>
    new Promise<unknown>((resolve, reject) => {
      void parse(request, text, (error, value) => (error ? reject(error) : resolve(value)));
    });
  instance.addContentTypeParser('application/json', async (request: FastifyRequest, payload: IncomingMessage) => {
    const body = await readBody(request, payload);
    const fault = new JsonScan(body, jsonBounds).scan(body.length);
    if (fault !== null) throw faultProblem(fault);
    return parsed(request, body.toString('utf8'));
  });
}

function faultProblem(fault: JsonFault): ApiProblem {
  if (fault === 'form') return new ApiProblem('bad_request', { detail: 'The body is not valid JSON.' });
  if (fault === 'depth')
    return new ApiProblem('bad_request', { detail: `The JSON body is nested deeper than ${jsonBounds.depth}.` });
  return new ApiProblem('payload_too_large', { detail: `The JSON body has more than ${jsonBounds[fault]} ${fault}.` });
}
