import { describe, expect, it } from 'vitest';
import { searchTerms } from './search-terms.js';

describe('searchTerms', () => {
  it.each([
    ['128', 128, []],
    ['#128', 128, []],
    ['api #128', 128, ['api']],
    ['api 128', 128, ['api']],
    ['Acme/API#128', 128, ['acme', 'api']],
    ['api', null, ['api']],
    ['0128', null, ['0128']],
    ['#', null, []],
    ['9999999999', null, ['9999999999']],
  ])('reads the number and the words of %j', (line, number, projectWords) => {
    expect(searchTerms(line)).toMatchObject({ number, projectWords });
  });

  it('takes seven digits for a commit or a digest, never fewer', () => {
    expect(searchTerms('3F9C2AB')).toMatchObject({ commit: '3f9c2ab', digest: '3f9c2ab', number: null });
    expect(searchTerms('3f9c2a')).toMatchObject({ commit: null, digest: null });
    expect(searchTerms('1234567')).toMatchObject({ commit: '1234567', number: 1_234_567 });
  });

  it('takes what names its algorithm for a digest only', () => {
    expect(searchTerms('sha256:8c1f0e77')).toMatchObject({ commit: null, digest: '8c1f0e77' });
  });

  it('stays small whatever is typed', () => {
    expect(searchTerms('a '.repeat(100)).words).toHaveLength(8);
  });
});
