import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRepositoryPath, parseRepositoryPath } from './repository-path.js';

describe('parseRepositoryPath', () => {
  it.each([
    ['', '.'],
    ['.', '.'],
    ['./', '.'],
    ['Dockerfile', 'Dockerfile'],
    ['./a//b/./c/', 'a/b/c'],
    ['a b/ü', 'a b/ü'],
    ['..a/b..', '..a/b..'],
    ['-x', '-x'],
    ['.github/Dockerfile', '.github/Dockerfile'],
  ])('%j is %s', (path, normal) => {
    expect(parseRepositoryPath(path)).toBe(normal);
  });

  it.each([
    '..',
    '../x',
    'a/..',
    'a/../../x',
    './../x',
    '/etc/shadow',
    '//x',
    'a\\..\\x',
    '..\\x',
    'C:\\x',
    '%2e%2e/x',
    'a%2f..%2fx',
    'a\0b',
    'a\nb',
    'a\x85b',
    '\ud800',
    'x'.repeat(5_000),
    '.git',
    '.git/config',
    'sub/.GIT/hooks/x',
  ])('S-027 refuses %j', (path) => {
    expect(() => parseRepositoryPath(path)).toThrow(TypeError);
    expect(isRepositoryPath(path)).toBe(false);
  });

  it('S-027 never leaves the repository, whatever it takes', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b c', '/', '\\', '%2e', '\0', '~', '...');
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('/')),
        (path) => {
          if (!isRepositoryPath(path)) return;
          const normal = parseRepositoryPath(path);
          expect(posix.join('/repository', normal)).toMatch(/^\/repository(\/|$)/);
          expect(parseRepositoryPath(normal)).toBe(normal);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
