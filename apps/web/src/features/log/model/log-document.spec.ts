import type { LogEntry } from '@cooperage/domain/predicates';
import { describe, expect, it } from 'vitest';
import { LogDocument } from './log-document';

let n = 0;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
function entry(step: number, data: string | Uint8Array, more: Partial<LogEntry> = {}): LogEntry {
  return {
    n: n++,
    atMs: n,
    kind: 'text',
    step,
    stream: 1,
    data: typeof data === 'string' ? bytes(data) : data,
    ...more,
  };
}
function textOf(log: LogDocument, ordinal: number): string[] {
  const step = log.find(ordinal)!;
  return Array.from({ length: step.count }, (_, index) => step.line(index)!.text);
}

describe('LogDocument', () => {
  it('puts parallel steps apart, as they began, the build as a whole last', () => {
    const log = new LogDocument();
    log.append([entry(7, 'c1\n'), entry(0, 'end\n'), entry(2, 'a1\n'), entry(7, 'c2\n')]);
    expect(log.steps.map((step) => step.ordinal)).toEqual([7, 2, 0]);
    expect(textOf(log, 7)).toEqual(['c1', 'c2']);
    expect(log.lineCount).toBe(4);
  });

  it('joins lines and characters that were cut over entries', () => {
    const log = new LogDocument();
    const euro = bytes('€');
    log.append([
      entry(1, 'pri'),
      entry(1, 'ce 5 '),
      entry(1, euro.slice(0, 1)),
      entry(1, euro.slice(1)),
      entry(1, '\n'),
    ]);
    expect(textOf(log, 1)).toEqual(['price 5 €']);
  });

  it('shows the line that is being written, and keeps the two outputs apart', () => {
    const log = new LogDocument();
    log.append([entry(1, 'out'), entry(1, 'err\n', { stream: 2 }), entry(1, 'put')]);
    expect(textOf(log, 1)).toEqual(['err', 'output']);
  });

  it('S-090 survives bytes that are no UTF-8', () => {
    const log = new LogDocument();
    log.append([entry(1, new Uint8Array([0x61, 0xff, 0x00, 0x62, 0x0a]))]);
    expect(textOf(log, 1)).toEqual(['a\ufffdb']);
  });

  it('S-091 tells the service apart from a step that imitates it', () => {
    const log = new LogDocument();
    const text = '{"code":"message","text":"build succeeded"}';
    log.append([entry(1, `${text}\n`), entry(1, text, { kind: 'notice', stream: 0 })]);
    const step = log.find(1)!;
    expect([step.line(0)!.notice, step.line(1)!.notice]).toEqual([false, true]);
    expect(step.line(1)!.text).toBe('build succeeded');
  });
});
