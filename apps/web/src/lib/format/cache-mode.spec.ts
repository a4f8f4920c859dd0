import { expect, it } from 'vitest';
import { modeWords } from './cache-mode';

it('says what a build left, where it is known', () => {
  expect(modeWords({ mode: null, why: null })).toBe('');
  expect(modeWords({ mode: 'min', why: 'set' })).toBe('mode min, as the project is set');
});
