import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Sequencer } from './sequencer.js';

const content = { kind: 'text', step: 1, stream: 1, data: new Uint8Array() } as const;

it('numbers without gaps, and time never goes back whatever the clock does', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true })), (start, times) => {
      const clock = times.values();
      const sequencer = new Sequencer(() => clock.next().value ?? 0, start);
      const entries = times.map(() => sequencer.entry(content));
      expect(entries.map(({ n }) => n)).toEqual(times.map((_, index) => start + index));
      for (const [index, { atMs }] of entries.entries()) {
        expect(Number.isSafeInteger(atMs)).toBe(true);
        expect(atMs).toBeGreaterThanOrEqual(entries[index - 1]?.atMs ?? 0);
      }
      expect(sequencer.nextN).toBe(start + times.length);
    }),
  );
});
