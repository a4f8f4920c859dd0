import type { ChunkStore } from '../ports.js';
import { readEntries } from './read-entries.js';

/** How much of a log's end is read, in bytes of text: a little first, since a step that failed is mostly the last to speak. */
const windows = [65_536, 1_048_576, 4_194_304] as const;

/**
 * The end of what one step printed: at least `lines` whole lines of it, or all that stands in the last 4 MiB of the log.
 * Costs the same for a log of any length.
 */
export async function lastTextOf(store: ChunkStore, attemptId: string, step: number, lines: number): Promise<string> {
  const { textBytes } = await store.tail(attemptId);
  let text = '';
  for (const window of windows) {
    const start = Math.max(0, textBytes - window);
    text = await textFrom(store, attemptId, start === 0 ? 0 : await store.find(attemptId, 'textByte', start), step);
    if (start === 0 || text.split('\n').length > lines + 1) break;
  }
  return text;
}

async function textFrom(store: ChunkStore, attemptId: string, fromN: number, step: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const entry of readEntries(store, attemptId, fromN))
    if (entry.kind === 'text' && entry.step === step) text += decoder.decode(entry.data, { stream: true });
  return text + decoder.decode();
}
