import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Lock } from './lock.ts';

describe('Lock', () => {
  it('is held by one, and free again after release', async () => {
    const name = randomUUID();
    const first = await Lock.tryTake(name);
    expect(first).toBeDefined();
    expect(await Lock.tryTake(name)).toBeUndefined();
    first?.release();
    expect(await Lock.tryTake(name)).toBeDefined();
  });

  it('lets a second one wait, and says so once', async () => {
    const name = randomUUID();
    const first = await Lock.tryTake(name);
    let waits = 0;
    const second = Lock.take(name, () => waits++);
    setTimeout(() => first?.release(), 300);
    expect(await second).toBeInstanceOf(Lock);
    expect(waits).toBe(1);
  });
});
