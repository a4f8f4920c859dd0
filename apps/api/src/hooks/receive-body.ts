import type { Readable } from 'node:stream';
import { ApiProblem } from '../http/problem.js';
import type { GateCall } from './intake-gate.js';

export interface BodyLimits {
  readonly maxBytes: number;
  /** A body that is not whole brings at least `minBytes` in each window of so many milliseconds. */
  readonly windowMs: number;
  readonly minBytes: number;
}

/**
 * Receives the body of a webhook, counting what arrives.
 * @param gaveWay is aborted when the call has to go so that others find room
 * @throws {ApiProblem} `payload_too_large`; `request_timeout` for a body that trickles; `unavailable` where there is no room
 */
export function receiveBody(
  stream: Readable,
  call: GateCall,
  gaveWay: AbortSignal,
  limits: BodyLimits,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let [length, lengthBefore] = [0, 0];
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limits.maxBytes) end(() => reject(new ApiProblem('payload_too_large')));
      else if (call.receive(chunk.length)) chunks.push(chunk);
      else leave();
    };
    const onEnd = () => {
      if (call.complete()) end(() => resolve(Buffer.concat(chunks, length)));
      else end(() => reject(noRoom()));
    };
    const onError = () => end(() => reject(new ApiProblem('bad_request')));
    const watch = setInterval(() => {
      if (length - lengthBefore < limits.minBytes) end(() => reject(new ApiProblem('request_timeout')));
      lengthBefore = length;
    }, limits.windowMs);
    const end = (settle: () => void) => {
      clearInterval(watch);
      stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onError);
      gaveWay.removeEventListener('abort', leave);
      // What still comes has nowhere to go; the connection closes after the response.
      stream.on('error', () => undefined).pause();
      settle();
    };
    /** The rest is read and thrown away: on a connection that stands still the next request would be cut off with it. */
    const leave = () => {
      end(() => reject(noRoom()));
      stream.resume();
    };
    stream.on('data', onData).once('end', onEnd).once('error', onError).once('close', onError);
    gaveWay.addEventListener('abort', leave, { once: true });
  });
}

export function noRoom(): ApiProblem {
  return new ApiProblem('unavailable', { detail: 'Too many webhooks are under way.', retryAfterSeconds: 5 });
}
