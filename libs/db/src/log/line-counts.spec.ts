import { describe, expect, it } from 'vitest';
import { type IndexedRow, indexedChunks } from './line-counts.js';

describe('R16A-2 counts of lines that a builder wrote', () => {
  const countsOf = (written: unknown) => {
    const row: IndexedRow = { first_n: 0n, last_n: 9n, entries_bytes: 1, counts: JSON.stringify(written) };
    const slices = indexedChunks([row]);
    let slice = slices.next();
    while (!slice.done) slice = slices.next();
    return slice.value[0]!.lineDeltas;
  };
  const output = { stream: 1, openN: null, style: 0 };
  const delta = { step: 3, lines: 2, outputs: [output, { stream: 2, openN: 7, style: 31 }] };

  it('are taken as they are', () => {
    expect(countsOf([delta])).toEqual([delta]);
    expect(countsOf([])).toEqual([]);
  });

  it('have nothing else with them, which would be kept', () => {
    const more = { ...delta, note: [{}], outputs: [{ ...output, note: [{}] }] };
    expect(countsOf([more])).toEqual([{ ...delta, outputs: [output] }]);
  });

  it.each([
    ['no list', { 0: delta }],
    ['null', [null]],
    ['no step', [{ ...delta, step: '3' }]],
    ['a style that is a list', [{ ...delta, outputs: [{ ...output, style: [{}, {}] }] }]],
    ['a place that is an object', [{ ...delta, outputs: [{ ...output, openN: {} }] }]],
    ['an output that no step has', [{ ...delta, outputs: [{ ...output, stream: 3 }] }]],
    ['more outputs than a step has', [{ ...delta, outputs: [output, output, output, output] }]],
    ['one that is none among many', [delta, { step: 1 }]],
  ])('are none with %s', (_, written) => {
    expect(countsOf(written)).toBeNull();
  });
});
