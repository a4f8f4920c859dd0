import { decodeLogNotice, eachLogEntry, type LogEntry, noticeText } from '@cooperage/domain';
import type { ChunkStore } from '../ports.js';
import { asJsonLines } from './as-text.js';
import { joinedNow } from './joined-parts.js';
import { readEntries } from './read-entries.js';
import type { LogEvent } from './viewer-feed.js';

/** An attempt of a build by its id, and by its number, from 1. */
export interface AttemptLog {
  readonly id: string;
  readonly number: number;
}

/** An event of a followed log, with the number of the attempt whose log it is. */
export type AttemptEvent = LogEvent & { readonly attempt: number };

const lineFeed = 10;

/**
 * The whole log of a build as plain text: its attempts one after another. What the steps printed stays byte for byte. Where
 * there are several attempts, a line of our own stands before each, and one at the end of each that was lost.
 */
export async function* wholeText(store: ChunkStore, attempts: readonly AttemptLog[]): AsyncGenerator<Uint8Array> {
  const several = attempts.length > 1;
  const text = new DividedText();
  for (const { id, number } of attempts) {
    if (several) yield text.heading(number);
    for await (const entry of readEntries(store, id)) yield* text.of(entry, several);
  }
}

/** A followed log as plain text, as `wholeText` has it, but without a line before the first attempt. */
export async function* followedText(events: AsyncIterable<AttemptEvent>): AsyncGenerator<Uint8Array> {
  const text = new DividedText();
  let last: number | undefined;
  for await (const event of events) {
    if (event.kind !== 'frame') continue;
    if (last !== undefined && event.attempt !== last) yield text.heading(event.attempt);
    last = event.attempt;
    yield* joinedNow(textOf(event.bytes, text));
  }
}

function* textOf(bytes: Uint8Array, text: DividedText): Generator<Uint8Array> {
  for (const entry of eachLogEntry(bytes)) yield* text.of(entry, true);
}

/** The same as JSON lines, each with the number of its attempt: `n` begins anew with each attempt. */
export async function* wholeJsonLines(store: ChunkStore, attempts: readonly AttemptLog[]): AsyncGenerator<Uint8Array> {
  for (const { id, number } of attempts) yield* asJsonLines(number, readEntries(store, id));
}

/** What was printed, with lines of our own between, each of which begins a line. */
class DividedText {
  private atLineStart = true;

  heading(attempt: number): Uint8Array {
    return this.divider(`Attempt ${attempt}`);
  }

  /** @param withLoss the notice that an attempt was lost is a line; other notices are left out in any case */
  of({ kind, data }: LogEntry, withLoss: boolean): readonly Uint8Array[] {
    if (kind === 'notice') {
      const isLoss = withLoss && decodeLogNotice(data)?.code === 'attempt_lost';
      return isLoss ? [this.divider(noticeText(data))] : [];
    }
    if (data.length > 0) this.atLineStart = data.at(-1) === lineFeed;
    return [data];
  }

  private divider(words: string): Uint8Array {
    const text = `${this.atLineStart ? '' : '\n'}=== ${words} ===\n`;
    this.atLineStart = true;
    return Buffer.from(text);
  }
}
