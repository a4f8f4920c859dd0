import { encodeLogEntries, type LogEntry } from '@cooperage/domain/predicates';
import { expect, it } from 'vitest';
import { LogDocument } from './log-document';
import { LogLoader } from './log-loader';

const entryOf = (n: number): LogEntry => ({
  n,
  atMs: n,
  kind: 'text',
  step: 1,
  stream: 1,
  data: new TextEncoder().encode(`line ${n}\n`),
});
const settle = () => new Promise((resolve) => setTimeout(resolve));

function indexed(runs: number): LogDocument {
  const log = new LogDocument();
  log.begin(
    Array.from({ length: runs }, (_, at) => ({
      firstN: at * 10,
      nextN: at * 10 + 10,
      deltas: [{ step: 1, lines: 10, outputs: [{ stream: 1 as const, openN: null, style: 0 }] }],
    })),
  );
  return log;
}

it('fetches what is looked at, a part at a time, and leaves out what was scrolled past', async () => {
  const asked: number[] = [];
  const log = indexed(100);
  const loader = new LogLoader(
    log,
    async (from) => {
      asked.push(from);
      await settle();
      const entries = [from, from + 1, from + 2, from + 3, from + 4].map(entryOf);
      return { bytes: encodeLogEntries(entries), next: from + 5, complete: false, more: true };
    },
    () => {},
  );
  loader.want(log.missing(1, 0, 900));
  for (const line of [300, 500, 700]) loader.want(log.missing(1, line, line + 10));
  for (let turn = 0; turn < 30; turn++) await settle();
  expect(new Set(asked)).toEqual(new Set([0, 5, 10, 15, 700, 705]));
  expect(log.line(1, 705)!.text).toBe('line 705');
  expect(log.missing(1, 700, 710)).toEqual([]);
  loader.stop();
});

it('loads a range on demand', async () => {
  const log = indexed(5);
  const loader = new LogLoader(
    log,
    async (from) => ({ bytes: encodeLogEntries([entryOf(from)]), next: from + 1, complete: false, more: true }),
    () => {},
  );
  await loader.load(log.missing(1, 5, 25));
  expect([5, 15, 24].map((index) => log.line(1, index)?.text)).toEqual(['line 5', 'line 15', 'line 24']);
});
