import { expect, it } from 'vitest';
import { Turns } from './turns.js';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('gives turns in order, one at a time for each key, whatever became of the one before', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const work = (name: string, ms: number, fails = false) =>
    turns.take(name[0]!, async () => {
      seen.push(`${name} begins`);
      await wait(ms);
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([work('a1', 10), work('a2', 1, true), work('b1', 1), work('a3', 1)]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(seen.filter((step) => step.startsWith('a'))).toEqual(
    ['a1', 'a2', 'a3'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
  expect(seen.indexOf('b1 ends')).toBeLessThan(seen.indexOf('a1 ends'));
});

it('keeps nothing when nobody waits', async () => {
  const turns = new Turns();
  await turns.take('a', async () => undefined);
  await turns.take('a', () => Promise.reject(new Error('x'))).catch(() => undefined);
  expect((turns as unknown as { last: Map<string, unknown> }).last.size).toBe(0);
});
