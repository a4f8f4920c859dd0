import { type IncomingMessage, ServerResponse } from 'node:http';
import { JoinedRequest } from './joined-request.js';

/**
 * An answer that has the rest of its request read and dropped, where nobody reads it. Node drops it too, but past the request: there nobody
 * counts its chunks, and any number of them keep the event loop busy behind a 404 (V13B-1). For `createServer`, as its option
 * `ServerResponse`, so that it holds for answers of Node itself as well.
 */
export class DrainingResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
  constructor(...args: ConstructorParameters<typeof ServerResponse<R>>) {
    super(...args);
    const [request] = args;
    // Node decides at `finish`, which comes after it.
    if (request instanceof JoinedRequest && request.headers['transfer-encoding'] !== undefined)
      this.once('prefinish', () => request.drain());
  }
}
