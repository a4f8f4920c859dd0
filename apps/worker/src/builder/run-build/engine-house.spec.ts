import { BuildFailure } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { EngineHouse } from './engine-house.js';

const ours = { organizationId: 'a', zone: 'protected' } as const;
const fork = { organizationId: 'a', zone: 'fork' } as const;

function house(lane: 'trusted' | 'strangers', wipe: () => Promise<void> = async () => {}) {
  const seen = { wiped: 0 };
  const engine = {
    wipe: async () => {
      seen.wiped++;
      await wipe();
    },
  };
  return { house: new EngineHouse(engine, lane), seen };
}

describe('the engine of a builder for strangers', () => {
  it('is emptied before anybody’s first build, and before each one of a fork', async () => {
    const { house: own, seen } = house('strangers');
    await own.enter(fork);
    await own.enter(fork);
    expect(seen.wiped).toBe(2);
    await own.enter(ours);
    await own.enter(ours);
    expect(seen.wiped).toBe(3);
  });

  it('is emptied between organizations, and between the zones of one', async () => {
    const { house: own, seen } = house('strangers');
    for (const build of [ours, { ...ours, organizationId: 'b' }, ours, { ...ours, zone: 'branch' as const }, ours])
      await own.enter(build);
    expect(seen.wiped).toBe(5);
  });

  it('counts as unknown after it could not be emptied', async () => {
    let away = true;
    const { house: own, seen } = house('strangers', async () => {
      if (away) throw new BuildFailure('EngineUnavailable', 'away');
    });
    await expect(own.enter(ours)).rejects.toMatchObject({ code: 'EngineUnavailable' });
    away = false;
    await own.enter(ours);
    expect(seen.wiped).toBe(2);
  });

  it('takes nobody where it cannot be emptied', async () => {
    const own = new EngineHouse({}, 'strangers');
    for (const build of [fork, ours]) await expect(own.enter(build)).rejects.toMatchObject({ code: 'PolicyRefused' });
  });

  it('takes no fork where it is for trusted builds, and is never emptied there', async () => {
    const { house: own, seen } = house('trusted');
    await expect(own.enter(fork)).rejects.toMatchObject({ code: 'PolicyRefused' });
    await own.enter(ours);
    expect(seen.wiped).toBe(0);
  });
});
