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

  it.each(['/.//evil.example', '/a/..//evil.example', '/%2e//evil.example', '/p/../..//evil.example/x?y=1'])(
    'R9-A2 refuses %j, whose path begins with two slashes once it is resolved',
    (value) => {
      expect(safeReturnPath(value)).toBe('/');
      expect(signInPath(value)).toBe('/sign-in');
    },
  );

  it('R9-A2 keeps two slashes further on in a path', () => {
    expect(safeReturnPath('/p/acme//x')).toBe('/p/acme//x');
  });

  it('names the way back only when there is one', () => {
    expect(signInPath('/')).toBe('/sign-in');
    expect(signInPath('/builds?status=failed')).toBe('/sign-in?next=%2Fbuilds%3Fstatus%3Dfailed');
  });
});
