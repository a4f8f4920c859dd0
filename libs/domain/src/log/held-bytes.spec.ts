import { describe, expect, it } from 'vitest';
import { HeldBytes, mostHeldBytes } from './held-bytes.js';
import { LineCounter } from './line-counter.js';
import type { LogEntry } from './log-entry.js';
import { LogLines } from './log-lines.js';
import { TerminalText } from './terminal-text.js';

describe('V16-1 what unfinished lines hold', () => {
  it('is bounded together: the output that changed longest ago gives way', () => {
    const held = new HeldBytes<string>(100);
    expect([held.note('a', 40), held.note('b', 40), held.note('a', 50)]).toEqual([[], [], []]);
    expect(held.note('c', 30)).toEqual(['b']);
    expect([held.note('c', 0), held.note('d', 50)]).toEqual([[], []]);
    expect(held.note('e', 200)).toEqual(['a', 'd']);
    expect(held.note('e', 10)).toEqual([]);
  });

  it('is counted with its earlier states', () => {
    const terminal = new TerminalText();
    terminal.write('\x1b[16384Gx\r'.repeat(30), () => {});
    expect(terminal.bytes).toBeGreaterThan(600_000);
    terminal.write('\n', () => {});
    expect(terminal.bytes).toBe(0);
  });

  const printed = (n: number, step: number, text: string): LogEntry => ({
    ...{ n, step, stream: 1, kind: 'text', atMs: 0, data: Buffer.from(text) },
  });
  const large = '\x1b[16384Gx\r'.repeat(25);

  it('does not grow in a reader with the number of outputs', () => {
    const lines = new LogLines();
    for (let step = 1; step <= 400; step++) lines.take(printed(step, step, large), () => {});
    const begun = Array.from({ length: 400 }, (_, at) => at + 1).filter((step) => !lines.isFresh(step, 1));
    expect(begun.length).toBeLessThan(mostHeldBytes / 500_000);
    expect(begun.at(-1)).toBe(400);
    lines.forget(400, 1);
    expect(lines.isFresh(400, 1)).toBe(true);
  });

  it('does not grow in the writer with the number of outputs', () => {
    const counter = new LineCounter();
    for (let step = 1; step <= 400; step++) counter.take(printed(step, step, large));
    counter.cut();
    // An output that holds something has its line begun in the entry of before.
    for (let step = 1; step <= 400; step++) counter.take(printed(400 + step, step, '\x1b[0m'));
    const begun = counter.cut().filter(({ outputs }) => outputs[0]?.openN !== null);
    expect(begun.length).toBeLessThan(mostHeldBytes / 500_000);
    expect(begun.at(-1)?.step).toBe(400);
  });

  it('leaves the numbers of lines as they are', () => {
    const counter = new LineCounter();
    const lines = new LogLines();
    const drawn: string[] = [];
    const print = (step: number, text: string) => {
      const entry = printed(step, step, text);
      counter.take(entry);
      lines.take(entry, (line) => step === 0 && drawn.push(line.text));
    };
    print(0, 'begun');
    for (let step = 1; step < 200; step++) print(step, '\x1b[16384Gx');
    print(0, ' and ended\nnext\n');
    expect(drawn).toEqual([' and ended', 'next']);
    expect(counter.cut().find(({ step }) => step === 0)).toMatchObject({ lines: 2 });
  });
});
