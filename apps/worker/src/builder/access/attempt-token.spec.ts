import type { RegistryTokenRepository } from '@cooperage/db';
import { parseMasterKeys, sealBox, sealedSubject } from '@cooperage/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AttemptToken } from './attempt-token.js';

const leaseMs = 15_000;

describe('the registry token of an attempt', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  const keys = parseMasterKeys(Buffer.alloc(32, 7).toString('base64'));
  const row = { sealed: sealBox(keys, Buffer.from('a token'), sealedSubject.registryToken('a')), expiresInMs: 300_000 };
  const tokenOf = (read: RegistryTokenRepository['read']) => {
    const asked = vi.fn(read);
    const tokens = { read: asked } as unknown as RegistryTokenRepository;
    return { asked, token: new AttemptToken(tokens, keys, 'a', leaseMs) };
  };
  const unavailable = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));

  it('is asked for once while its lease is young', async () => {
    const { asked, token } = tokenOf(() => Promise.resolve(row));
    expect(await token.get()).toEqual({ token: 'a token', expiresInSeconds: 300 });
    vi.advanceTimersByTime(leaseMs);
    expect(await token.get()).toEqual({ token: 'a token', expiresInSeconds: 285 });
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('S-117 is refused to an attempt that was lost while its builder slept, however long the token itself is good', async () => {
    const { asked, token } = tokenOf(() => Promise.resolve(null));
    asked.mockResolvedValueOnce(row);
    await token.get();
    vi.advanceTimersByTime(leaseMs + 1);
    expect(await token.get()).toBeNull();
    expect(await token.get()).toBeNull();
  });

  it('is kept over an absence of the database for as long as it is good', async () => {
    const { asked, token } = tokenOf(unavailable);
    asked.mockResolvedValueOnce(row);
    await token.get();
    vi.advanceTimersByTime(leaseMs + 1);
    expect(await token.get()).toMatchObject({ token: 'a token' });
    vi.advanceTimersByTime(300_000);
    await expect(token.get()).rejects.toThrow('away');
  });
});
