import { describe, expect, it } from 'vitest';
import { type CountStore, SharedRateLimits } from '../http/shared-rate-limits.js';
import { PasswordResetsService } from './password-resets.service.js';

const ada = { userId: '01890f3e-0000-7000-8000-000000000001', email: 'ada@x.example', name: 'Ada' };

/** The service on a store whose keys can be counted, and on people of whom there is one. */
function service() {
  const keys = new Map<string, number>();
  const asked: string[] = [];
  const mailed: unknown[] = [];
  const store: CountStore = {
    add: async (key, windowMs) => {
      keys.set(key, (keys.get(key) ?? 0) + 1);
      return { count: keys.get(key)!, leftMs: windowMs };
    },
    forget: async () => undefined,
  };
  const repository = {
    findByEmail: async (email: string) => {
      asked.push(email);
      return email === ada.email ? ada : null;
    },
    create: async () => undefined,
  };
  const resets = new PasswordResetsService(
    repository as never,
    undefined as never,
    { isConfigured: true, send: async (mail: unknown) => void mailed.push(mail) } as never,
    { publicUrl: 'http://localhost' } as never,
    { warn: () => undefined } as never,
    new SharedRateLimits(store, { warn: () => undefined }),
  );
  return { resets, keys, asked, mailed };
}

describe('R3-N9 a link that is asked for', () => {
  it('for mail addresses that nobody has makes no key in the store', async () => {
    const { resets, keys, asked } = service();
    for (let at = 0; at < 100; at++) await resets.request(`${at}@invented.example`, `10.0.0.${at}`);
    await expect.poll(() => asked.length).toBe(100);
    expect([...keys.keys()].filter((key) => key.startsWith('password-reset mail'))).toEqual([]);
  });

  it('for one person by many is mailed three times', async () => {
    const { resets, asked, mailed } = service();
    for (let at = 0; at < 10; at++) await resets.request(ada.email, `10.0.0.${at}`);
    await expect.poll(() => asked.length).toBe(10);
    await expect.poll(() => mailed.length).toBe(3);
  });
});
