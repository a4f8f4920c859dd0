import { describe, expect, it } from 'vitest';
import { safeReturnPath, signInPath } from './return-path';

describe('safeReturnPath', () => {
  it('keeps an address of this origin', () => {
    expect(safeReturnPath('/p/acme/api/b/12?view=log')).toBe('/p/acme/api/b/12?view=log');
  });

  it.each([
    null,
    '',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n//evil',
    'javascript:alert(1)',
    '/a\\..\\b',
    '/sign-in?next=/x',
  ])('refuses %j', (value) => {
    expect(safeReturnPath(value)).toBe('/');
  });

  it('names the way back only when there is one', () => {
    expect(signInPath('/')).toBe('/sign-in');
    expect(signInPath('/builds?status=failed')).toBe('/sign-in?next=%2Fbuilds%3Fstatus%3Dfailed');
  });
});
