import { expect, it } from 'vitest';
import { cacheWords } from './cache-words';

it('the cache is told by what was read and where it was written', () => {
  const words = (zone: 'protected' | 'branch' | 'fork', noCache = false, afterReset = false, targetRef?: string) =>
    cacheWords({
      zone,
      ref: 'refs/heads/x',
      inputs: {
        noCache,
        afterReset,
        cachePolicy: 'zone',
        cacheBackend: 'inline',
        isolated: false,
        targetRef: targetRef ?? null,
      },
    });
  expect(words('protected')).toMatch(/^read from this ref’s own cache.*protected zone, kept inside the image$/);
  expect(words('fork')).toMatch(/written to the fork zone only, kept inside the image$/);
  expect(words('fork', false, false, 'refs/heads/release/1.x')).toMatch(
    /^read from this ref’s own cache or, where there is none, that of release\/1\.x, into which it is to be merged, or the def/,
  );
  expect(words('branch', true)).toMatch(/^nothing was read, as was asked for/);
  expect(words('branch', false, true)).toMatch(/^nothing was read, since the cache was reset before it/);
});
