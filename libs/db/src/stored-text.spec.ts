import fc from 'fast-check';
import { expect, it } from 'vitest';
import { storedJson, storedText } from './stored-text.js';

it('takes out what PostgreSQL stores in no text, and leaves everything else', () => {
  expect(storedText('a\0b\ud800c 🛢')).toBe('a\ufffdb\ufffdc 🛢');
  expect(JSON.parse(storedJson({ message: 'x\0', place: { step: '\udc00' }, n: 1, no: null }))).toEqual({
    message: 'x\ufffd',
    place: { step: '\ufffd' },
    n: 1,
    no: null,
  });
});

it('gives only what UTF-8 and jsonb can hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const stored = storedText(text);
      expect(stored.isWellFormed() && !stored.includes('\0')).toBe(true);
      expect(storedJson(text)).not.toMatch(/\\u0000|\\ud[89a-f]/);
    }),
  );
});
