import { describe, expect, it } from 'vitest';
import { isUnavailable } from './is-unavailable.js';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('isUnavailable', () => {
  it.each([
    withCode('P1001'),
    withCode('ECONNREFUSED'),
    withCode('57P01'),
    new Error('Connection terminated unexpectedly'),
    new Error('Raw query failed. Code: `N/A`. Message: `Server has closed the connection.`'),
    new Error('wrapped', { cause: withCode('ECONNRESET') }),
  ])('%s is', (error) => {
    expect(isUnavailable(error)).toBe(true);
  });

  it.each([withCode('P2002'), withCode('23505'), new TypeError('undefined is not a function'), 'text', null])(
    '%s is not',
    (error) => {
      expect(isUnavailable(error)).toBe(false);
    },
  );
});
