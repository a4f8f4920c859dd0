import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressGroup, addressOf, addressSite, isTrusted, type Trust } from '../http/client-address.js';

export interface Caller {
  readonly address: string;
  /** What its requests count for: its address, and the site of that. */
  readonly keys: readonly string[];
  /** By which protocol it reached the outermost proxy. */
  readonly protocol: 'http' | 'https';
}

/** A request that goes on to the registry. */
export interface PassedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
}

export function callerOf(request: IncomingMessage, trust: Trust): Caller {
  const address = addressOf(request, trust);
  const isTls = isTrusted(request, trust) && request.headers['x-forwarded-proto'] === 'https';
  return { address, keys: [addressGroup(address), addressSite(address)], protocol: isTls ? 'https' : 'http' };
}

/** Unlike an end, a reset frees what the kernel holds for a reader who never takes it. */
export function endConnection({ request }: PassedRequest): void {
  request.socket.resetAndDestroy();
}
