'use client';

import type { LogIndexAnswer } from '@cooperage/contracts';
import { unpackDelta } from '@cooperage/domain/predicates';
import { tabConnection } from '@/lib/live/tab-connection';
import type { IndexedRun } from '../model/log-document';
import type { LogPorts, LogRange } from '../model/log-feed';
import { canUnpack, InOrder, unpacked } from './packed-frames';

/** Most bytes of one range. */
const rangeBytes = 1_048_576;
/** A range that is not there by then is asked for again, in milliseconds. */
const rangeWithinMs = 20_000;

/** The log of one attempt, by HTTP and by the socket of this tab. */
export function logPorts(buildId: string, attempt: number): LogPorts {
  const mine = (head: { buildId: string; attempt: number }): boolean =>
    head.buildId === buildId && head.attempt === attempt;
  return {
    fetchIndex: (signal) => fetchIndex(buildId, attempt, signal),
    fetchRange: (from, signal, limitBytes) =>
      fetchRange(buildId, attempt, { from, limitBytes: limitBytes ?? rangeBytes }, signal),
    async subscribe(from) {
      const packed = canUnpack ? 'deflate-raw' : undefined;
      const answer = await tabConnection.ask('log:subscribe', { buildId, attempt, from, packed });
      return answer?.ok ?? false;
    },
    listen(handlers) {
      const release = tabConnection.acquire();
      const events = new InOrder();
      const offs = [
        tabConnection.on('log:frames', (head, frames) => {
          if (!mine(head)) return;
          const bytes = head.packed ? unpacked(frames) : new Uint8Array(frames);
          events.push(bytes, (entries) => handlers.frames(head.nextN, entries));
        }),
        tabConnection.on('log:lagging', (head) => mine(head) && events.push(null, () => handlers.lagging())),
        tabConnection.on(
          'log:complete',
          (head) => mine(head) && events.push(null, () => handlers.complete(head.nextN)),
        ),
      ];
      return () => {
        events.close();
        void tabConnection.ask('log:unsubscribe', { buildId, attempt });
        for (const off of offs) off();
        release();
      };
    },
    watchConnection(listener) {
      const tell = (): void => {
        const state = tabConnection.current();
        if (state.kind === 'live') listener(null);
        else if (state.kind === 'polling') listener(state.reason);
      };
      tell();
      return tabConnection.subscribe(tell);
    },
  };
}

/** Where the lines are; none for an attempt whose log has not begun. */
async function fetchIndex(buildId: string, attempt: number, signal: AbortSignal): Promise<readonly IndexedRun[]> {
  const response = await ask(`/api/v1/builds/${buildId}/log/index?attempt=${attempt}`, signal);
  const { segments } = (await response.json()) as LogIndexAnswer;
  return segments.map(({ firstN, nextN, lines }) => ({ firstN, nextN, deltas: lines.map(unpackDelta) }));
}

async function fetchRange(
  buildId: string,
  attempt: number,
  { from, limitBytes }: { readonly from: number; readonly limitBytes: number },
  signal: AbortSignal,
): Promise<LogRange> {
  const query = new URLSearchParams({ attempt: String(attempt), from: String(from), limit: String(limitBytes) });
  const response = await ask(`/api/v1/builds/${buildId}/log/entries?${query}`, signal);
  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    next: Number(response.headers.get('x-log-next') ?? from),
    complete: response.headers.get('x-log-complete') === 'true',
    more: response.headers.get('x-log-more') === 'true',
  };
}

async function ask(address: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(address, {
    credentials: 'same-origin',
    signal: AbortSignal.any([signal, AbortSignal.timeout(rangeWithinMs)]),
  }).catch(() => null);
  if (!response) throw new Error('the service could not be reached');
  if (response.status === 401) throw new Error('the session has ended; sign in again');
  if (!response.ok) throw new Error(`the service could not read the log (${response.status})`);
  return response;
}

/** @param attempt null for the log of all attempts */
export function logDownload(buildId: string, attempt: number | null, format: 'text' | 'jsonl'): string {
  return `/api/v1/builds/${buildId}/log?${attempt === null ? '' : `attempt=${attempt}&`}format=${format}`;
}
