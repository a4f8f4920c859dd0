import { expect, it } from 'vitest';
import { twoAtOnce } from './two-at-once.js';

it('answers in the order of the items', async () => {
  const ask = async (item: number) => {
    if (item === 1) await new Promise((resolve) => setImmediate(resolve));
    return item * 10;
  };
  expect(await twoAtOnce([1, 2, 3, 4], ask)).toEqual([10, 20, 30, 40]);
});

it('V9B-L4 asks for nothing more after a failure, and ends when the other answer is there', async () => {
  const asked: number[] = [];
  const second = Promise.withResolvers<void>();
  let hasEnded = false;
  const answers = twoAtOnce([1, 2, 3, 4, 5], async (item) => {
    asked.push(item);
    if (item === 1) throw new Error('too slow');
    await second.promise;
  }).finally(() => {
    hasEnded = true;
  });
  answers.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect([asked, hasEnded]).toEqual([[1, 2], false]);
  second.resolve();
  await expect(answers).rejects.toThrow('too slow');
  expect(asked).toEqual([1, 2]);
});
