import { expect, it } from 'vitest';
import { nextTimeMode, timeText } from './time-column';

const began = {
  attemptMs: new Date(2026, 10, 24, 9, 5, 7).getTime(),
  stepMs: new Date(2026, 10, 24, 9, 5, 10).getTime(),
};

it('counts from the build, from the step, or tells the time', () => {
  expect(timeText('build', 4000, began)).toBe('+4.0 s');
  expect(timeText('step', 4000, began)).toBe('+1.0 s');
  expect(timeText('clock', 4000, began)).toBe('09:05:11');
  expect(timeText('off', 4000, began)).toBe('');
});

it('counts from the build where the other is not known', () => {
  expect(timeText('step', 4000, { attemptMs: null, stepMs: null })).toBe('+4.0 s');
});

it('goes round', () => {
  expect([nextTimeMode('build'), nextTimeMode('off')]).toEqual(['step', 'build']);
});
