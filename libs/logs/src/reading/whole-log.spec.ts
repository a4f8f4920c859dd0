import { beforeEach, describe, expect, it } from 'vitest';
import { logFixture } from '../../spec/log-fixture.js';
import { MemoryChunkStore } from '../../spec/memory-chunk-store.js';
import { endLostLog } from '../writing/lost-log.js';
import { wholeJsonLines, wholeText } from './whole-log.js';

const lost = { id: '0192f0c1-2d3e-7a4b-8c5d-000000000001', number: 1 };
const last = { id: '0192f0c1-2d3e-7a4b-8c5d-000000000002', number: 2 };
let store: MemoryChunkStore;

async function print({ id, number }: typeof lost, ...texts: readonly string[]): Promise<void> {
  const { writer } = logFixture({ attemptId: id, epoch: number, chunkStore: store });
  for (const text of texts) await writer.output(1, 1, Buffer.from(text));
  await writer.close({ keepOpen: true });
}

async function lose({ id, number }: typeof lost): Promise<void> {
  const { liveBus } = logFixture();
  await endLostLog({ attemptId: id, epoch: number + 1, atMs: 9, reason: 'It died.', chunkStore: store, liveBus });
}

async function join(parts: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all).toString();
}

beforeEach(() => {
  store = new MemoryChunkStore();
});

describe('the whole log of a build', () => {
  it('R-O3 holds the lines of a lost attempt, where it ended, and those of the next', async () => {
    await print(lost, 'one\n', 'half a li');
    await lose(lost);
    await print(last, 'two\n');
    expect(await join(wholeText(store, [lost, last]))).toBe(
      '=== Attempt 1 ===\none\nhalf a li\n=== This attempt was lost: It died. ===\n=== Attempt 2 ===\ntwo\n',
    );
  });

  it('R-O3 says as JSON lines from which attempt each entry is', async () => {
    await print(lost, 'one\n');
    await lose(lost);
    await print(last, 'two\n');
    const lines = (await join(wholeJsonLines(store, [lost, last]))).trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.map(({ attempt, text, notice }) => [attempt, text ?? notice])).toEqual([
      [1, 'one\n'],
      [1, { code: 'attempt_lost', reason: 'It died.' }],
      [2, 'two\n'],
    ]);
  });

  it('of one attempt is what the steps printed and nothing else', async () => {
    await print(lost, 'one\n', 'no end');
    expect(await join(wholeText(store, [lost]))).toBe('one\nno end');
  });
});
