import type { IncomingMessage } from 'node:http';
import { newId } from '@cooperage/db';

const pattern = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/** The caller's own request id where it is a plain one, else a new one: lines of several processes are found by it. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && pattern.test(given) ? given : newId();
}
