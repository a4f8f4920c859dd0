import { describe, expect, it } from 'vitest';
import { StderrTail } from './stderr-tail.js';

describe('StderrTail', () => {
  it('tells progress and git’s own words apart, however they are cut', () => {
    const progress: string[] = [];
    const tail = new StderrTail((line) => progress.push(line));
    const text =
      'remote: Receiving objects: 100% (9/9)\rReceiving objects:  10% (1/10)\rReceiving objects: 100% (10/10), done.\nfatal: early EOF';
    for (const char of text) tail.push(Buffer.from(char));
    expect(progress).toEqual(['Receiving objects:  10% (1/10)', 'Receiving objects: 100% (10/10), done.']);
    expect(tail.lines()).toEqual(['fatal: early EOF']);
  });

  it('S-029 keeps little of a remote that talks without end', () => {
    const tail = new StderrTail();
    tail.push(Buffer.from('fatal: first\n'));
    for (let i = 0; i < 1_000; i++) tail.push(Buffer.from(`remote: ${'x'.repeat(5_000)}\n`));
    tail.push(Buffer.from('y'.repeat(1_000_000)));
    const lines = tail.lines();
    expect(lines[0]).toBe('fatal: first');
    expect(lines.join('').length).toBeLessThan(2_000);
  });
});
