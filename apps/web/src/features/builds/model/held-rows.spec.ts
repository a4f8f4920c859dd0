import { expect, it } from 'vitest';
import { heldRows } from './held-rows';

it('holds back what is newer than what the reader has seen', () => {
  expect(heldRows(['5', '4', '3', '1'], '3')).toEqual({ shown: ['3', '1'], held: ['5', '4'] });
  expect(heldRows(['3'], '3')).toEqual({ shown: ['3'], held: [] });
  expect(heldRows([], '')).toEqual({ shown: [], held: [] });
});
