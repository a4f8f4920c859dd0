import type { Readable } from 'node:stream';
import { GrowingBuffer } from '@cooperage/domain';
import { type BodyPace, watchPace } from '../http/body-pace.js';
import { ApiProblem } from '../http/problem.js';
import type { GateCall } from './intake-gate.js';

export interface BodyLimits extends BodyPace {
  readonly maxBytes: number;
}

/**
 * Receives the body of a webhook, counting the memory that it takes as it arrives.
 * @param gaveWay is aborted when the call has to go so that others find room
 * @param announcedBytes the length that the sender announced; 0 when there is none
 * @throws {ApiProblem} `payload_too_large`; `request_timeout` for a body that trickles; `unavailable` where there is no room
 */
export function receiveBody(
  stream: Readable,
  call: GateCall,
  gaveWay: AbortSignal,
  limits: BodyLimits,
  announcedBytes = 0,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = new GrowingBuffer(announcedBytes || limits.maxBytes);
    const onData = (chunk: Buffer) => {
      if (body.length + chunk.length > limits.maxBytes) return end(() => reject(new ApiProblem('payload_too_large')));
      const heldBefore = body.heldBytes;
      body.add(chunk);
      if (!call.receive(body.heldBytes - heldBefore)) leave();
    };
    const onEnd = () => {
      if (call.complete()) end(() => resolve(body.toBuffer()));
      else end(() => reject(noRoom()));
    };
    const onError = () => end(() => reject(new ApiProblem('bad_request')));
    const onSlow = () => end(() => reject(new ApiProblem('request_timeout')));
    const endWatch = watchPace(limits, () => body.length, onSlow);
    const end = (settle: () => void) => {
      endWatch();
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
