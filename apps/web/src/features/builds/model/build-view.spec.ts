import { expect, it } from 'vitest';
import { readViewState, usualView } from './build-view';

it('reads view and attempt, and nothing that is neither', () => {
  expect(readViewState({})).toEqual({ view: 'log', attempt: null });
  expect(readViewState({ view: 'inputs', attempt: '2' })).toEqual({ view: 'inputs', attempt: 2 });
  for (const attempt of ['0', '-1', '1e3', '99999', '1;x']) expect(readViewState({ attempt }).attempt).toBeNull();
  expect(readViewState({ view: 'xss', attempt: ['2', '3'] })).toEqual({ view: 'log', attempt: null });
});

it('shows the Dockerfile first only where a line of it failed before any step', () => {
  expect(usualView(null)).toBe('log');
  expect(usualView({ place: null })).toBe('log');
  expect(usualView({ place: { line: 4, stepOrdinal: 2 } })).toBe('log');
  expect(usualView({ place: { line: 4 } })).toBe('dockerfile');
  expect(readViewState({}, 'dockerfile').view).toBe('dockerfile');
  expect(readViewState({ view: 'log' }, 'dockerfile').view).toBe('log');
});
