import { describe, expect, it } from 'vitest';
import {
  type BuildCeilings,
  effectiveQuota,
  grantResources,
  quotaDefaults,
  quotaSentence,
  quotaState,
  timeNotes,
  withinTimeCeiling,
} from './quota.js';

const gibibyte = 2 ** 30;

describe('the time limit of a build', () => {
  const hour = 3_600_000;

  it('R2-M-3 is at most what its organization has, and says what was asked for', () => {
    const lowered = withinTimeCeiling({ timeoutMs: 24 * hour, logBytes: 1 }, 2 * hour);
    expect(lowered).toEqual({ timeoutMs: 2 * hour, askedTimeoutMs: 24 * hour, logBytes: 1 });
    expect(timeNotes(lowered)).toEqual([
      'It asked for 1440 minutes and may take 120 minutes, the most of its organization.',
    ]);
    const within = withinTimeCeiling({ timeoutMs: hour }, 2 * hour);
    expect([within, timeNotes(within)]).toEqual([{ timeoutMs: hour }, []]);
    expect(withinTimeCeiling({ timeoutMs: 24 * hour }, null)).toEqual({ timeoutMs: 24 * hour });
  });

  it('R2-M-3 is measured anew where a build is tried again', () => {
    const before = { timeoutMs: 2 * hour, askedTimeoutMs: 24 * hour };
    expect(withinTimeCeiling(before, hour)).toEqual({ timeoutMs: hour, askedTimeoutMs: 24 * hour });
    expect(withinTimeCeiling(before, 48 * hour)).toEqual({ timeoutMs: 24 * hour });
  });

  it('R2-M-3 is two hours at most where no operator has said anything', () => {
    expect(effectiveQuota({}, {}).timeoutMs).toBe(2 * hour);
    expect(effectiveQuota({ timeoutMs: 4 * hour }, { timeoutMs: hour }).timeoutMs).toBe(4 * hour);
  });
});

describe('quotas of an organization', () => {
  it('are its own before those of the installation, and those before the built-in ones', () => {
    const quota = effectiveQuota({ weight: 7, buildMinutes: null }, { weight: 9, buildMinutes: 60 });
    expect(quota).toEqual({ ...quotaDefaults, weight: 7, buildMinutes: 60 });
  });

  it.each([
    [79, 100, 'ok'],
    [80, 100, 'near'],
    [100, 100, 'reached'],
    [0, 0, 'reached'],
    [1e12, null, 'unlimited'],
  ] as const)('with %d used of %s are %s', (used, limit, state) => {
    expect(quotaState(used, limit)).toBe(state);
  });

  it('say what is used up, by how much, and who can change it', () => {
    expect(quotaSentence('imageBytes', 1.5 * gibibyte, gibibyte)).toBe(
      "The organization's quota is used up: images, 1.5 GiB of 1.0 GiB. The usage page shows it; an administrator of the installation can raise it.",
    );
    expect(quotaSentence('buildMinutes', 60.7, 60)).toContain('60 min of 60 min');
  });
});

describe('R-M4 what a build gets of its machine', () => {
  const machine = { cpus: 8, memoryBytes: 16 * gibibyte, slots: 2 };
  const none: BuildCeilings = { cpus: null, memoryBytes: null, pids: null, diskBytes: null };
  const usual = { pids: 4_096, diskBytes: 32 * gibibyte };

  it('is bounded where nobody says anything', () => {
    expect(grantResources(none, none, machine)).toEqual({
      ...{ cpus: 8, memoryBytes: 6 * gibibyte, ...usual },
      notes: [],
    });
  });

  it('is what it asks for, within the machine', () => {
    const asked = { cpus: 2, memoryBytes: 8 * gibibyte, pids: 64, diskBytes: gibibyte };
    expect(grantResources(asked, none, machine)).toEqual({ ...asked, notes: [] });
    const greedy = grantResources({ ...none, cpus: 99, memoryBytes: 99 * gibibyte }, none, machine);
    expect(greedy.cpus).toBe(8);
    expect(greedy.memoryBytes).toBeLessThan(machine.memoryBytes);
    expect(greedy.notes).toHaveLength(2);
  });

  it('is never above a ceiling that was lowered later, and says so', () => {
    const ceilings = { cpus: 1, memoryBytes: gibibyte, ...usual };
    expect(grantResources({ ...none, cpus: 4, memoryBytes: 4 * gibibyte }, ceilings, machine)).toEqual({
      ...ceilings,
      notes: ['It asked for 4 processors and got 1.', 'It asked for 4.0 GiB of memory and got 1.0 GiB.'],
    });
    // Who asks for nothing is not told about it.
    expect(grantResources(none, ceilings, machine)).toEqual({ ...ceilings, notes: [] });
  });

  it('R2-N1 has always a limit of processes and of the disk: what it asks for, within the ceilings', () => {
    const ceilings = { ...none, pids: 1_000, diskBytes: gibibyte };
    expect(grantResources(none, none, machine)).toMatchObject(usual);
    expect(grantResources(none, ceilings, machine)).toMatchObject({ pids: 1_000, diskBytes: gibibyte, notes: [] });
    const greedy = { ...none, pids: 100_000, diskBytes: 1_024 * gibibyte };
    expect(grantResources(greedy, none, machine)).toMatchObject(usual);
    expect(grantResources(greedy, ceilings, machine)).toMatchObject({
      ...{ pids: 1_000, diskBytes: gibibyte },
      notes: ['It asked for 100000 processes and got 1000.', 'It asked for 1.0 TiB of the disk and got 1.0 GiB.'],
    });
    // An operator may also allow more than is usual.
    const raised = { ...none, pids: 9_000, diskBytes: 99 * gibibyte };
    expect(grantResources(greedy, raised, machine)).toMatchObject({ pids: 9_000, diskBytes: 99 * gibibyte });
  });
});
