import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatLogCursor, parseLogCursor } from './log-cursor.js';

it('reads back what it writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.maxSafeNat(), (attempt, n) => {
      expect(parseLogCursor(formatLogCursor({ attempt, n }))).toEqual({ attempt, n });
    }),
  );
  expect(formatLogCursor({ attempt: 2, n: 1048 })).toBe('2.1048');
});

it.each(['', '1', '0.1', '1.', '.1', '1.01', '1.-1', '1.1.1', ' 1.1', '1.1\n', '1.9007199254740992', '1e1.1', '１.1'])(
  'refuses %j',
  (text) => {
    expect(parseLogCursor(text)).toBeUndefined();
  },
);
