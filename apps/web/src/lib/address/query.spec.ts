import { describe, expect, it } from 'vitest';
import { changeQuery, one, oneOf } from './query';

describe('query of a page', () => {
  it('takes the first of repeated values and treats empty as absent', () => {
    expect(one({ a: ['x', 'y'] }, 'a')).toBe('x');
    expect(one({ a: '' }, 'a')).toBeNull();
  });

  it('accepts only listed values', () => {
    expect(oneOf({ view: 'log' }, 'view', ['log', 'inputs'])).toBe('log');
    expect(oneOf({ view: '<script>' }, 'view', ['log', 'inputs'])).toBeNull();
  });

  it('changes one parameter and keeps the others', () => {
    expect(changeQuery('/builds', { status: 'failed', cursor: 'c' }, { cursor: null, ref: 'refs/heads/a b' })).toBe(
      '/builds?status=failed&ref=refs%2Fheads%2Fa+b',
    );
    expect(changeQuery('/builds', { cursor: 'c' }, { cursor: null })).toBe('/builds');
  });
});
