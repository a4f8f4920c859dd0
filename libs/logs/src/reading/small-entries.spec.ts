import { zstdCompressSync } from 'node:zlib';
import { decodeLogEntries, encodeLogEntries, type LogEntry } from '@cooperage/domain';
import { syncStretchRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { attemptId } from '../../spec/log-fixture.js';
import { MemoryChunkStore } from '../../spec/memory-chunk-store.js';
import { logEvents } from './as-events.js';
import { asText } from './as-text.js';
import { joinedParts } from './joined-parts.js';
import { readEntries } from './read-entries.js';
import { readRange } from './read-range.js';

/** A MiB of entries of a byte, as a program makes them that prints single letters. */
const [chunks, entriesOfChunk] = [250, 820];

async function letters() {
  const store = new MemoryChunkStore();
  const entries: LogEntry[] = [];
  for (let at = 0; at < chunks; at++) {
    const firstN = at * entriesOfChunk;
    const here = Array.from(
      { length: entriesOfChunk },
      (_, index): LogEntry => ({
        ...{ n: firstN + index, atMs: at * 250, kind: 'text', step: 1, stream: 1 },
        data: Uint8Array.of(97 + (index % 26)),
      }),
    );
    const bytes = encodeLogEntries(here);
    await store.append({
      ...{
        attemptId,
        epoch: 1,
        firstN,
        lastN: firstN + entriesOfChunk - 1,
        firstAtMs: at * 250,
        firstLine: 0,
        lines: 0,
      },
      ...{
        firstTextByte: firstN,
        textBytes: entriesOfChunk,
        entriesBytes: bytes.length,
        trigrams: null,
        lineDeltas: [],
      },
      payload: zstdCompressSync(bytes),
    });
    entries.push(...here);
  }
  await store.seal(attemptId, 1);
  return { store, entries };
}

describe('R16A-3 a MiB of entries of a byte', () => {
  it('R16A-3 is handed on as a range without keeping others waiting', async () => {
    const { store, entries } = await letters();
    const { bytes, ...place } = await readRange(store, attemptId, 5, 1_048_576);
    expect(place).toEqual({ nextN: entries.length, complete: true, more: false });
    expect(decodeLogEntries(bytes).map(({ n }) => n)).toEqual(entries.slice(5).map(({ n }) => n));
    expect(await syncStretchRatio(() => readRange(store, attemptId, 5, 1_048_576))).toBeLessThan(4);
  });

  it('R16A-3 is downloaded in parts that are worth a write, and others have their turn', async () => {
    const { store, entries } = await letters();
    const work = async () => {
      const parts: Uint8Array[] = [];
      for await (const part of joinedParts(asText(readEntries(store, attemptId)))) parts.push(part);
      expect(Buffer.concat(parts)).toHaveLength(entries.length);
      expect(parts).toHaveLength(Math.ceil(entries.length / 16_384));
    };
    expect(await syncStretchRatio(work)).toBeLessThan(5);
  });
});

describe('R16A-5 a followed frame of entries of a byte', () => {
  it('R16A-5 becomes events of some 16 KiB at a time, not all of them at once', async () => {
    const { entries } = await letters();
    const frame = {
      kind: 'frame',
      attempt: 1,
      firstN: 0,
      nextN: 20_000,
      bytes: encodeLogEntries(entries.slice(0, 20_000)),
    } as const;
    async function* events() {
      yield frame;
    }
    const parts: Uint8Array[] = [];
    for await (const part of logEvents(events())) parts.push(part);
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(2 * 16_384);
    expect(parts.length).toBeLessThan(300);
    const text = Buffer.concat(parts).toString();
    expect(text.match(/^event: entry$/gm)).toHaveLength(20_000);
    expect(text.match(/^id: .*$/gm)!.at(-1)).toBe('id: 1.20000');
  });
});
