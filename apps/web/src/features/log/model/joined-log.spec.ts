import { encodeLogEntries, LineCounter, type LogEntry } from '@cooperage/domain/predicates';
import { describe, expect, it } from 'vitest';
import { JoinedLog } from './joined-log';
import { LogDocument } from './log-document';
import { LogLoader } from './log-loader';
import { headingKey, stepKey } from './step-key';

const entry = (n: number, step: number, text: string): LogEntry => ({
  ...{ n, atMs: n, kind: 'text', step, stream: 1 },
  data: new TextEncoder().encode(text),
});

/** Of the first entries only the index is known, of the last one all. */
function partOf(attempt: number | null, entries: readonly LogEntry[]) {
  const asked: number[] = [];
  const log = new LogDocument();
  const counter = new LineCounter();
  const runs = entries.map((each) => {
    counter.take(each);
    return { firstN: each.n, nextN: each.n + 1, deltas: counter.cut() };
  });
  log.append(entries.slice(log.begin(runs)));
  const fetchRange = async (from: number) => {
    asked.push(from);
    const bytes = encodeLogEntries([entries[from]!]);
    return { bytes, next: from + 1, complete: true, more: false };
  };
  return { attempt, log, loader: new LogLoader(log, fetchRange, () => {}), asked };
}

describe('R-O3 the logs of all attempts as one', () => {
  const first = partOf(1, [entry(0, 3, 'a\n'), entry(1, 3, 'b\n'), entry(2, 0, 'lost\n')]);
  const shown = partOf(null, [entry(0, 3, 'c\n'), entry(1, 5, 'd\n')]);
  const joined = new JoinedLog([first, shown]);
  const earlier = stepKey(1, 3);

  it('has the steps of the earlier attempt first, each with its own lines', () => {
    expect(joined.steps).toEqual([earlier, stepKey(1, 0), 3, 5]);
    expect(joined.steps.map((key) => joined.count(key))).toEqual([2, 1, 1, 1]);
    expect(joined.lineCount).toBe(5);
    expect(joined.line(5, 0)?.text).toBe('d');
    expect([joined.count(headingKey(1)), joined.count(stepKey(4, 3)), joined.line(stepKey(4, 3), 0)]).toEqual([
      0,
      0,
      undefined,
    ]);
  });

  it('fetches what is missing from the log that has it', async () => {
    expect(joined.line(earlier, 1)).toBeUndefined();
    await joined.load(joined.missing(earlier, 1, 2));
    expect([first.asked, shown.asked]).toEqual([[1], []]);
    expect(joined.line(earlier, 1)?.text).toBe('b');
    await joined.load(joined.missing(3, 0, 1));
    expect([first.asked, shown.asked]).toEqual([[1], [0]]);
    expect(joined.line(3, 0)?.text).toBe('c');
  });
});
