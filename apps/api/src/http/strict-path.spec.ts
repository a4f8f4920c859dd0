import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStrictPath } from './strict-path.js';

describe('isStrictPath', () => {
  it.each([
    '/',
    '/api/v1/projects',
    '/api/v1/projects/0197?cursor=..%2f',
    '/api/v1/projects/x/registry-credentials/reg.example%3A5000',
    '/p/acme/api/images/sha256:00',
    '/_next/static/chunks/a.js',
    '/a~b/c@d/e$f',
  ])('takes %s', (path) => expect(isStrictPath(path)).toBe(true));

  it.each([
    '',
    'api',
    '*',
    '//api/v1/projects',
    '/api//v1',
    '/api/v1/',
    '/api/v1/.',
    '/api/./v1',
    '/api/v1/../v1',
    '/api/v1/%2e%2e/x',
    '/api/v1/%2E/x',
    '/api%2fv1',
    '/api%2Fv1',
    '/api/v1%5cprojects',
    '/api/v1\\projects',
    '/api/v1/projects;x=1',
    '/api/v1/projects%00',
    '/api/v1/projects%0a',
    '/api/v1/%252e%252e',
    '/api/v1/%zz',
    '/api/v1/%',
    '/api/v1/%c3%28',
    '/api/v1/a b',
    '/api/v1/ü',
  ])('S-063 refuses %j', (path) => expect(isStrictPath(path)).toBe(false));

  it('S-063 takes no path that decodes to another number of segments, or to dots', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 30 }), (text) => {
        const path = `/${text}`;
        if (!isStrictPath(path)) return;
        const raw = path.split('?', 1)[0]!;
        const decoded = decodeURIComponent(raw);
        expect(decoded.split('/')).toHaveLength(raw.split('/').length);
        expect(decoded).not.toMatch(/\\|(^|\/)\.{1,2}(\/|$)|[\0-\x1f]/);
      }),
      { numRuns: 2_000 },
    );
  });
});
