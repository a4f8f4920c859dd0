import type { SealedHookTarget } from '@cooperage/db';
import { expect, it } from 'vitest';
import { HookSecretCache } from './hook-secret-cache.js';

const target = (slug: string): SealedHookTarget => ({ organizationSlug: 'acme', projectSlug: slug, secrets: [] });

function visit() {
  const looks: { readonly id: string; readonly answer: (found: SealedHookTarget | null) => void }[] = [];
  const clock = { nowMs: 0 };
  let share = 'a';
  const repository = {
    hookTarget: (id: string) =>
      new Promise<SealedHookTarget | null>((answer) => {
        looks.push({ id, answer });
      }),
  };
  const sealing = { open: () => '' };
  const cache = new HookSecretCache(
    repository,
    sealing,
    () => share,
    () => clock.nowMs,
  );
  const getAs = (name: string, id = 'p', maxAgeMs?: number) => {
    share = name;
    return cache.get(id, maxAgeMs);
  };
  return { cache, looks, clock, getAs };
}

it('R7-A2 counts the age of an answer from the moment at which it is there, however long it was waited for', async () => {
  const { looks, clock, getAs } = visit();
  const first = getAs('a', 'unknown');
  clock.nowMs = 4_000;
  looks[0]!.answer(null);
  expect(await first).toBeNull();
  expect(await getAs('a', 'unknown', 250)).toBeNull();
  clock.nowMs += 250;
  void getAs('a', 'unknown', 250);
  expect(looks).toHaveLength(2);
});

it('asks once for a burst of one caller', async () => {
  const { looks, getAs } = visit();
  const burst = Array.from({ length: 100 }, () => getAs('a'));
  expect(looks).toHaveLength(1);
  looks[0]!.answer(target('p'));
  for (const found of await Promise.all(burst)) expect(found?.projectSlug).toBe('p');
});

it('R7-A2 lets no caller wait for the look of another, and keeps the answer for both', async () => {
  const { looks, getAs } = visit();
  void getAs('flood');
  const other = getAs('b');
  expect(looks).toHaveLength(2);
  looks[1]!.answer(target('p'));
  expect((await other)?.projectSlug).toBe('p');
  expect((await getAs('flood'))?.projectSlug).toBe('p');
  expect(looks).toHaveLength(2);
});

it('keeps nothing that was read before a change', async () => {
  const { cache, looks, getAs } = visit();
  const before = getAs('a');
  cache.forget('p');
  looks[0]!.answer(target('before'));
  expect((await before)?.projectSlug).toBe('before');
  const after = getAs('a');
  looks[1]!.answer(target('after'));
  expect((await after)?.projectSlug).toBe('after');
  expect((await getAs('a'))?.projectSlug).toBe('after');
  expect(looks).toHaveLength(2);
});

it('asks again after a look that failed', async () => {
  let looks = 0;
  const repository = {
    hookTarget: async () => {
      if (looks++ === 0) throw new Error('no database');
      return target('p');
    },
  };
  const cache = new HookSecretCache(repository, { open: () => '' }, () => '');
  await expect(cache.get('p')).rejects.toThrow('no database');
  expect((await cache.get('p'))?.projectSlug).toBe('p');
});
