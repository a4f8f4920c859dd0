import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ensureOn } from './disk-room.js';

describe('R15B-4 a repository that cannot be made', () => {
  const broken = { ensure: () => Promise.reject(new Error('git init failed')) };
  const on = (minFreeBytes: number) => ensureOn(broken, { mirrorRoot: tmpdir(), limits: { minFreeBytes } });

  it('says that the disk is full where it is', async () => {
    await expect(on(Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ code: 'DiskFull' });
  });

  it('says why else', async () => {
    await expect(on(0)).rejects.toThrow('git init failed');
  });
});
