import { BuildFailure } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { isDatabaseOutage, isDatabaseUnavailable, isStatementTimeout } from './database-errors.js';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('isDatabaseUnavailable', () => {
  it.each([
    withCode('P1001'),
    withCode('ECONNREFUSED'),
    withCode('57P01'),
    withCode('57014'),
    new Error('Connection terminated unexpectedly'),
    new Error('Raw query failed. Code: `N/A`. Message: `Server has closed the connection.`'),
    new Error('Raw query failed. Code: `57P03`. Message: `the database system is starting up`'),
    Object.assign(new Error('x'), { code: 'P2010', meta: { code: '53300' } }),
    new Error('wrapped', { cause: withCode('ECONNRESET') }),
  ])('%s is', (error) => {
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each([
    withCode('P2002'),
    withCode('23505'),
    withCode('ENOENT'),
    new Error('Raw query failed. Code: `22P05`. Message: `unsupported Unicode escape sequence`'),
    new TypeError('undefined is not a function'),
    'text',
    null,
  ])('%s is not', (error) => {
    expect(isDatabaseUnavailable(error)).toBe(false);
  });

  it('is not what has a name of its own, although a socket caused it', () => {
    const failure = new BuildFailure('SourceUnavailable', 'no host', { cause: withCode('ENOTFOUND') });
    expect(isDatabaseUnavailable(failure)).toBe(false);
    expect(isDatabaseUnavailable(new Error('outer', { cause: failure }))).toBe(false);
  });
});

describe('isStatementTimeout', () => {
  it.each([
    withCode('57014'),
    withCode('55P03'),
    new Error('Raw query failed. Code: `57014`. Message: `canceling statement due to statement timeout`'),
    new Error('wrapped', { cause: withCode('57014') }),
  ])('R7-B2 %s is one', (error) => {
    expect(isStatementTimeout(error)).toBe(true);
  });

  it.each([withCode('57P01'), withCode('ECONNREFUSED'), new Error('x'), null])('%s is none', (error) => {
    expect(isStatementTimeout(error)).toBe(false);
  });
});

describe('isDatabaseOutage', () => {
  it.each([
    withCode('ECONNREFUSED'),
    withCode('53300'),
    withCode('55P03'),
    new Error('wrapped', { cause: withCode('57P01') }),
  ])('%s is one', (error) => {
    expect(isDatabaseOutage(error)).toBe(true);
  });

  it.each([withCode('57014'), new Error('wrapped', { cause: withCode('57014') }), new Error('x'), null])(
    'R12B-4 %s is none',
    (error) => {
      expect(isDatabaseOutage(error)).toBe(false);
    },
  );
});
