import { eachLogEntry } from '@cooperage/domain';
import { jsonOf } from './as-text.js';
import { joinedNow } from './joined-parts.js';
import { formatLogCursor } from './log-cursor.js';
import type { AttemptEvent } from './whole-log.js';

/**
 * A followed log as server-sent events (HTML Living Standard §9.2): `entry` with an entry as in JSON lines, `lagging`, and
 * `complete` as the last one. The id of an event is the cursor of what comes after it.
 */
export async function* logEvents(events: AsyncIterable<AttemptEvent>): AsyncGenerator<Uint8Array> {
  // Sent at once, so that whoever connects knows that it is.
  yield Buffer.from(': following\n\n');
  for await (const event of events) {
    const { attempt } = event;
    if (event.kind === 'lagging') yield eventOf('lagging', {});
    else if (event.kind === 'complete') {
      yield eventOf('complete', { nextN: event.nextN }, formatLogCursor({ attempt, n: event.nextN }));
    } else {
      yield* joinedNow(entryEvents(attempt, event.bytes));
    }
  }
}

function* entryEvents(attempt: number, bytes: Uint8Array): Generator<Uint8Array> {
  for (const entry of eachLogEntry(bytes))
    yield eventOf('entry', { attempt, ...jsonOf(entry) }, formatLogCursor({ attempt, n: entry.n + 1 }));
}

function eventOf(name: string, data: object, id?: string): Buffer {
  return Buffer.from(`event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
}
