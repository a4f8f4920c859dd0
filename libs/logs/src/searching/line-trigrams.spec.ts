import type { LogEntry } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { LineTrigrams } from './line-trigrams.js';
import { mayHold, trigramsOf } from './trigrams.js';

let n = 0;
const text = (data: string, step = 1): LogEntry => {
  return { n: n++, atMs: 0, kind: 'text', step, stream: 1, data: Buffer.from(data) };
};

function holds(set: Uint8Array | null, words: string): boolean {
  return mayHold(set!, trigramsOf(words));
}

describe('the trigrams of lines', () => {
  it('belong to the run that finishes the line, with all of it', () => {
    const trigrams = new LineTrigrams();
    const first = trigrams.take([text('one\nnee'), text('other\n', 2)]);
    expect(['one', 'other', 'nee'].map((words) => holds(first, words))).toEqual([true, true, false]);
    const second = trigrams.take([text('dle\n')]);
    expect(['needle', 'one'].map((words) => holds(second, words))).toEqual([true, false]);
  });

  it('are those of what is read, without colours and with the last state of a rewritten line', () => {
    const set = new LineTrigrams().take([text('nee\x1b[31mdle\nfirst\rlast!\n')]);
    expect(['needle', 'last!', 'first'].map((words) => holds(set, words))).toEqual([true, true, false]);
  });

  it('are not known where a line ends that is too long to be kept, and known again behind it', () => {
    const trigrams = new LineTrigrams();
    const begun = [1, 2, 3, 4, 5].map(() => trigrams.take([text('x'.repeat(16_000)), text('small\n', 2)]));
    expect(begun.map((set) => holds(set, 'small'))).toEqual([true, true, true, true, true]);
    expect(trigrams.take([text('needle\nnext\n')])).toBeNull();
    const after = trigrams.take([text('after\n')]);
    expect(['after', 'needle'].map((words) => holds(after, words))).toEqual([true, false]);
  });
});
