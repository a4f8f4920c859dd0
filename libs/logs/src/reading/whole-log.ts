import { decodeLogNotice, type LogEntry, noticeText } from '@cooperage/domain';
import type { ChunkStore } from '../ports.js';
import { asJsonLines } from './as-text.js';
import { readEntries } from './read-entries.js';

/** An attempt of a build by its id, and by its number, from 1. */
export interface AttemptLog {
  readonly id: string;
  readonly number: number;
}

const lineFeed = 10;

/**
 * The whole log of a build as plain text: its attempts one after another. What the steps printed stays byte for byte. Where
 * there are several attempts, a line of our own stands before each, and one at the end of each that was lost.
 */
export async function* wholeText(store: ChunkStore, attempts: readonly AttemptLog[]): AsyncGenerator<Uint8Array> {
  const several = attempts.length > 1;
  let atLineStart = true;
  const divider = (words: string): Uint8Array => {
    const text = `${atLineStart ? '' : '\n'}=== ${words} ===\n`;
    atLineStart = true;
    return Buffer.from(text);
  };
  for (const { id, number } of attempts) {
    if (several) yield divider(`Attempt ${number}`);
    for await (const entry of readEntries(store, id)) {
      if (entry.kind === 'text') {
        atLineStart = entry.data.length === 0 ? atLineStart : entry.data.at(-1) === lineFeed;
        yield entry.data;
      } else if (several && isLoss(entry)) yield divider(noticeText(entry.data));
    }
  }
}

/** The same as JSON lines, each with the number of its attempt: `n` begins anew with each attempt. */
export async function* wholeJsonLines(store: ChunkStore, attempts: readonly AttemptLog[]): AsyncGenerator<Uint8Array> {
  for (const { id, number } of attempts) yield* asJsonLines(number, readEntries(store, id));
}

function isLoss({ data }: LogEntry): boolean {
  return decodeLogNotice(data)?.code === 'attempt_lost';
}
