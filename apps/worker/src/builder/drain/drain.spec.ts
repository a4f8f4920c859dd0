import type { Logger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { Drain } from './drain.js';

function world() {
  const state = { wanted: false, away: false };
  const calls: string[] = [];
  const receiver = { pause: async () => void calls.push('pause'), resume: () => void calls.push('resume') };
  const isDraining = async () => {
    if (state.away) throw new Error('away');
    return state.wanted;
  };
  const drain = new Drain({ isDraining }, { name: 'builder-1', pool: 'trusted' }, {
    info: () => undefined,
  } as unknown as Logger);
  return { state, calls, receiver, drain };
}

describe('a drain', () => {
  it('stops the receivers once, and starts them once', async () => {
    const { state, calls, receiver, drain } = world();
    await drain.watch([receiver]);
    state.wanted = true;
    await drain.look();
    await drain.look();
    expect([calls, drain.isOn]).toEqual([['pause'], true]);
    state.wanted = false;
    await drain.look();
    expect([calls, drain.isOn]).toEqual([['pause', 'resume'], false]);
  });

  it('that was wanted before the start stops receivers from their first moment', async () => {
    const { state, calls, receiver, drain } = world();
    state.wanted = true;
    await drain.look();
    await drain.watch([receiver]);
    expect(calls).toEqual(['pause']);
  });

  it('holds while the database is away', async () => {
    const { state, receiver, drain } = world();
    await drain.watch([receiver]);
    state.wanted = true;
    await drain.look();
    state.away = true;
    await expect(drain.look()).rejects.toThrow('away');
    expect(drain.isOn).toBe(true);
  });
});
