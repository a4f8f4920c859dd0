import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatImageReference, type ImageReference, parseImageReference } from './image-reference.js';

const digest = `sha256:${'a'.repeat(64)}` as const;

describe('parseImageReference', () => {
  it.each<[string, ImageReference]>([
    ['registry.example/app', { host: 'registry.example', repository: 'app' }],
    ['127.0.0.1:5000/org/app:v1.2', { host: '127.0.0.1:5000', repository: 'org/app', tag: 'v1.2' }],
    [`localhost/a/b/c@${digest}`, { host: 'localhost', repository: 'a/b/c', digest }],
    [`[::1]:5000/app:main@${digest}`, { host: '[::1]:5000', repository: 'app', tag: 'main', digest }],
    ['Registry.Example/app', { host: 'registry.example', repository: 'app' }],
  ])('reads %s', (text, reference) => {
    expect(parseImageReference(text)).toEqual(reference);
  });

  it.each([
    '',
    'debian',
    'debian:bookworm',
    'library/debian',
    'registry.example/',
    'registry.example/App',
    'registry.example//app',
    'registry.example/../app',
    'registry.example/app:',
    'registry.example/app:a b',
    'registry.example/app:a:b',
    'registry.example/app@sha256:abc',
    `registry.example/app@sha512:${'a'.repeat(128)}`,
    `registry.example/app@${digest}@${digest}`,
    'registry.example:0/app',
    'registry.example:65536/app',
    'registry..example/app',
    '-x.example/app',
    'user@registry.example/app',
    'http://registry.example/app',
    'registry.example/app\n',
    `registry.example/${'a'.repeat(600)}`,
  ])('refuses %j', (text) => {
    expect(() => parseImageReference(text)).toThrow(TypeError);
  });

  it('reads back what formatImageReference writes', () => {
    const references = fc.record(
      {
        host: fc.constantFrom('registry.example', '127.0.0.1:5000', '[::1]:80', 'localhost'),
        repository: fc.stringMatching(/^[a-z0-9]{1,9}([._-][a-z0-9]{1,9})?(\/[a-z0-9]{1,9})?$/),
        tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
        digest: fc.constant(digest),
      },
      { requiredKeys: ['host', 'repository'] },
    );
    fc.assert(
      fc.property(references, (reference) => {
        expect(parseImageReference(formatImageReference(reference))).toEqual(reference);
      }),
    );
  });
});
