import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FairShares, Release } from '@cooperage/domain';
import { addressGroup, addressSite } from './client-address.js';

const usualMaxWaitMs = 10_000;

export interface WaitingCaller {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Waits for a slot of an address and its site, until the caller goes or `maxWaitMs` are over.
 * @returns the function that gives the slot back; `full` when no slot came free in time, or too many of this address wait already
 */
export async function waitForShare(
  shares: FairShares,
  address: string,
  request: IncomingMessage,
  response: ServerResponse,
  maxWaitMs = usualMaxWaitMs,
): Promise<Release | 'full' | 'gone'> {
  const take = (waits: AbortSignal) => shares.take(addressGroup(address), waits, addressSite(address));
  return waitWhileHere(take, { request, response }, maxWaitMs);
}

/** Waits for a slot, until the caller goes or `maxWaitMs` are over. What waits for nobody would be held meanwhile. */
export async function waitWhileHere(
  take: (waits: AbortSignal) => Promise<Release | null>,
  { request, response }: WaitingCaller,
  maxWaitMs: number,
): Promise<Release | 'full' | 'gone'> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  // A request whose body was read counts as destroyed, so its socket is asked.
  if (response.closed || request.socket.destroyed) leave();
  else response.once('close', leave);
  const waits = AbortSignal.any([gone.signal, AbortSignal.timeout(maxWaitMs)]);
  const release = await take(waits);
  response.off('close', leave);
  if (!gone.signal.aborted) return release ?? 'full';
  release?.();
  return 'gone';
}
