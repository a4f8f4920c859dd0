import { expect, it } from 'vitest';
import { syntaxWords } from './syntax-words';

it('says what read the file in the place of the image that its first line names', () => {
  const image = 'docker/dockerfile:1';
  expect(syntaxWords(image, { kind: 'buildkit', version: '0.26.1' })).toBe(
    'docker/dockerfile:1 is the reader that is built into buildkit 0.26.1; no image was loaded for it.',
  );
  expect(syntaxWords(image, { kind: 'buildah', version: null })).toContain('into buildah;');
  expect(syntaxWords('a\u202eb', null)).toBe(
    'a\\u{202e}b is the reader that is built into the builder; no image was loaded for it.',
  );
});
