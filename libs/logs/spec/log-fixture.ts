import { decodeLogEntries, decodeLogNotice, type LogEntry } from '@cooperage/domain';
import type { LogEvent } from '../src/read.js';
import { readEntries, readRange } from '../src/read.js';
import { type LogSecret, type LogWriterOptions, openLogWriter, SecretMasker } from '../src/write.js';
import { MemoryChunkStore } from './memory-chunk-store.js';
import { MemoryLiveBus } from './memory-live-bus.js';

export const attemptId = '0192f0c1-2d3e-7a4b-8c5d-6e7f80910a1b';

type LogFixtureOptions = Partial<LogWriterOptions> & { readonly secrets?: readonly LogSecret[] };

/** A writer on an archive and a bus in memory, and what it told its caller. */
export function logFixture({ secrets = [], ...options }: LogFixtureOptions = {}) {
  const store = new MemoryChunkStore();
  const liveBus = new MemoryLiveBus();
  const told: string[] = [];
  const startMs = performance.now();
  const writer = openLogWriter({
    attemptId,
    epoch: 1,
    masker: SecretMasker.of(secrets),
    clock: () => performance.now() - startMs,
    chunkStore: store,
    liveBus,
    limits: { outputBytes: 1_000_000_000 },
    onLimit: (failure) => told.push(failure.code),
    onFenced: () => told.push('fenced'),
    ...options,
  });
  return { store, liveBus, told, writer };
}

export async function storedEntries(store: MemoryChunkStore, fromN = 0): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of readEntries(store, attemptId, fromN)) entries.push(entry);
  return entries;
}

/** A range with its entries decoded. */
export async function rangeOf(store: MemoryChunkStore, fromN: number, maxBytes: number) {
  const { bytes, ...place } = await readRange(store, attemptId, fromN, maxBytes);
  return { entries: decodeLogEntries(bytes), ...place };
}

export function textOf(entries: readonly LogEntry[]): Buffer {
  return Buffer.concat(entries.filter(({ kind }) => kind === 'text').map(({ data }) => data));
}

export function noticesOf(entries: readonly LogEntry[]) {
  return entries.filter(({ kind }) => kind === 'notice').map(({ data }) => decodeLogNotice(data));
}

export function entriesOf(events: readonly LogEvent[]): LogEntry[] {
  return events.flatMap((event) => (event.kind === 'frame' ? decodeLogEntries(event.bytes) : []));
}

/** Lets everything run that is ready to run, compression in its threads included. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
