import { decodeLogEntries, type LogEntry } from '@cooperage/domain';
import { expect, it } from 'vitest';
import { unpackChunk } from '../chunk-unpacker.js';
import { packChunk, positionAfter } from './chunk-packer.js';
import { packBatch } from './log-batch.js';

const writer = { attemptId: 'a', epoch: 3 };
const before = { nextN: 5, lines: 7, textBytes: 100 };
const entries = Array.from({ length: 30 }, (_, index): LogEntry => {
  return {
    n: 5 + index,
    atMs: index * 20,
    kind: 'text',
    step: 1,
    stream: 1,
    data: Uint8Array.from(Buffer.from(`${index}\n`)),
  };
});

it.each([1, 30])('packs batches of %i entries so that the very same entries come out', async (size) => {
  const batches = [];
  for (let at = 0; at < entries.length; at += size) batches.push(packBatch(entries.slice(at, at + size)));
  const chunk = await packChunk(writer, before, [batches[0]!, ...batches.slice(1)], null);
  const bytes = Uint8Array.from(unpackChunk(chunk));
  expect(decodeLogEntries(bytes)).toEqual(entries);
  expect(chunk).toMatchObject({
    ...writer,
    firstN: 5,
    lastN: 34,
    firstAtMs: 0,
    firstLine: 7,
    lines: 30,
    firstTextByte: 100,
  });
  expect(chunk.entriesBytes).toBe(bytes.length);
  expect(positionAfter(chunk)).toEqual({ nextN: 35, lines: 37, textBytes: 100 + chunk.textBytes });
});

it('makes many small batches no larger than one', async () => {
  const [first, ...others] = entries.map((entry) => packBatch([entry]));
  const many = await packChunk(writer, before, [first!, ...others], null);
  const one = await packChunk(writer, before, [packBatch(entries)], null);
  expect(many.entriesBytes).toBe(one.entriesBytes);
});

it('refuses a batch of nothing, and a chunk that holds more than it says', async () => {
  expect(() => packBatch([])).toThrow(RangeError);
  const chunk = await packChunk(writer, before, [packBatch(entries)], null);
  expect(() => unpackChunk({ ...chunk, entriesBytes: 10 })).toThrow();
});
