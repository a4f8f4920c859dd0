import { describe, expect, it } from 'vitest';
import { Inexact } from '../../measure/inexact.js';
import { TickReader } from './ticks.js';

const stamped = (number: number, ms: number) => `tick ${number} ${(ms / 1000).toFixed(6)}\n`;
const read = (...pieces: [string, number][]) => {
  const reader = new TickReader();
  for (const [text, atMs] of pieces) reader.push(Buffer.from(text), atMs);
  return reader;
};

describe('ticks', () => {
  it('are read from pieces cut anywhere, and timed by the piece that ends the line', () => {
    const first = stamped(0, 1000);
    const { ticks } = read([first.slice(0, 9), 1001], [first.slice(9) + stamped(1, 1002.5), 1003], ['other\n', 1004]);
    expect(ticks.map((tick) => [tick.number, tick.latencyMs])).toEqual([
      [0, 3],
      [1, 0.5],
    ]);
  });

  it('are found behind what a client puts in front of a line', () => {
    expect(read([`#7 2.031 ${stamped(0, 1000)}`, 1002]).ticks).toEqual([{ number: 0, latencyMs: 2 }]);
    expect(read([`#7 [2/2] RUN echo tick 0 1.000000\n`, 1]).ticks).toEqual([]);
  });

  it('are refused when one is missing, doubled or out of order', () => {
    const both = stamped(0, 1) + stamped(1, 2);
    expect(read([both, 3]).check('x', 2)).toHaveLength(2);
    expect(() => read([both, 3]).check('x', 3)).toThrow(Inexact);
    expect(() => read([stamped(0, 1) + both, 3]).check('x', 3)).toThrow('line 1 is 0');
    expect(() => read([stamped(1, 1) + stamped(0, 2), 3]).check('x', 2)).toThrow(Inexact);
  });
});
