import { expect, it } from 'vitest';
import { stepOrder } from './step-order';

const unknown = () => null;
const silent = (...ordinals: number[]) => ordinals.map((ordinal) => ({ ordinal, startedMs: null }));

it('keeps the order of those that printed and puts silent ones before what comes after them', () => {
  expect(stepOrder([7, 2, 9, 0], silent(1, 3, 10), unknown)).toEqual([1, 3, 7, 2, 9, 10, 0]);
  expect(stepOrder([], silent(4, 5), unknown)).toEqual([4, 5]);
  expect(stepOrder([4], silent(4), unknown)).toEqual([4]);
});

it('goes by when they began where that is known', () => {
  const began = new Map([
    [2, 100],
    [3, 200],
  ]);
  expect(stepOrder([2, 3], [{ ordinal: 9, startedMs: 150 }], (step) => began.get(step) ?? null)).toEqual([2, 9, 3]);
});
