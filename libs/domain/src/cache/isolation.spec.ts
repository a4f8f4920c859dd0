import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cachePolicies } from './cache-policy.js';
import { engineSpaces, type IsolationSubject, isIsolated, mayBorrow } from './isolation.js';
import { zones } from './zone.js';

const build = (change: Partial<IsolationSubject> = {}): IsolationSubject => ({
  projectId: 'p1',
  attemptId: 'a1',
  zone: 'protected',
  ref: 'refs/heads/main',
  cachePolicy: 'zone',
  isolated: true,
  cacheEpoch: 0,
  ...change,
});
const spaces = (change: Partial<IsolationSubject>) => engineSpaces(build(change));

it('is for strangers always, for others where the project or the rule asks for it', () => {
  const isolated = (change: Partial<Parameters<typeof isIsolated>[0]>) =>
    isIsolated({ zone: 'branch', cachePolicy: 'zone', strictIsolation: false, ...change });
  expect(isolated({})).toBe(false);
  expect(isolated({ zone: 'fork' })).toBe(true);
  expect(isolated({ strictIsolation: true })).toBe(true);
  expect(isolated({ cachePolicy: 'protected_only' })).toBe(true);
  expect(isolated({ cachePolicy: 'none' })).toBe(true);
});

it('is lent to forks in an engine that is emptied for them, and to nobody whose secrets are withheld', () => {
  const borrows = (change: Partial<Parameters<typeof mayBorrow>[0]>) =>
    mayBorrow({ zone: 'fork', lane: 'strangers', secretsWithheld: false, ...change });
  expect(borrows({})).toBe(true);
  expect(borrows({ lane: 'trusted' })).toBe(false);
  expect(borrows({ secretsWithheld: true })).toBe(false);
  for (const zone of ['protected', 'branch'] as const) expect(borrows({ zone })).toBe(false);
});

describe('what an engine shares', () => {
  it('is all of a project where nothing asks for more, except cache mounts of other zones', () => {
    const [main, topic] = [
      spaces({ isolated: false }),
      spaces({ isolated: false, zone: 'branch', ref: 'refs/heads/topic', attemptId: 'a2' }),
    ];
    expect(topic.results).toBe(main.results);
    expect(topic.mounts).not.toBe(main.mounts);
  });

  it('R2-N5 is not a result that depends on what only a zone has, where zones share the others', () => {
    const shared = { isolated: false } as const;
    const topic = { ...shared, zone: 'branch', ref: 'refs/heads/topic', attemptId: 'a2' } as const;
    expect([spaces(shared).mark, spaces(topic).mark]).toEqual(['protected', 'branch']);
    expect(spaces({ ...shared, ref: 'refs/tags/v1', attemptId: 'a2' }).mark).toBe('protected');
    // After a reset of all too.
    const epoch = { cacheEpoch: 4 };
    expect([spaces({ ...shared, ...epoch }).mark, spaces({ ...topic, ...epoch }).mark]).toEqual([
      'protected',
      'branch',
    ]);
    // Whose space has one zone alone needs no mark.
    for (const apart of [{}, { zone: 'branch' }, { zone: 'fork' }, { cachePolicy: 'protected_only' }] as const)
      expect(spaces(apart).mark).toBeNull();
  });

  it('R2-N5 is, for a fork that borrows, also what the protected zone made with its mounts', () => {
    const fork = { zone: 'fork', attemptId: 'a2', cacheEpoch: 3 } as const;
    for (const main of [spaces({ isolated: false }), spaces({ isolated: false, cacheEpoch: 1 }), spaces({})])
      expect(spaces({ ...fork, borrowedSpace: main.results }).mark).toBe(main.mark);
  });

  it('survives in a zone between builds, and of strangers between the builds of one ref', () => {
    expect(spaces({ attemptId: 'a2' })).toEqual(spaces({}));
    expect(spaces({ zone: 'branch', ref: 'refs/heads/x', attemptId: 'a2' })).toEqual(spaces({ zone: 'branch' }));
    const fork = spaces({ zone: 'fork' });
    expect(spaces({ zone: 'fork', attemptId: 'a2' }).results).toBe(fork.results);
    expect(spaces({ zone: 'fork', attemptId: 'a2' }).mounts).not.toBe(fork.mounts);
    expect(spaces({ zone: 'fork', ref: 'refs/heads/x' }).results).not.toBe(fork.results);
  });

  it('is for a fork that borrows what it reads, whatever was reset since, except cache mounts', () => {
    const fork = { zone: 'fork', attemptId: 'a2', cacheEpoch: 3 } as const;
    for (const main of [spaces({}), spaces({ isolated: false, cacheEpoch: 1 })]) {
      const borrowing = spaces({ ...fork, borrowedSpace: main.results });
      expect(borrowing.results).toBe(main.results);
      expect(borrowing.mounts).toBe(spaces(fork).mounts);
    }
    expect(spaces({ ...fork, borrowedSpace: null })).toEqual(spaces(fork));
    // Who shares an engine with others has no name but its own.
    for (const zone of ['protected', 'branch'] as const)
      expect(spaces({ zone, borrowedSpace: 'p1' })).toEqual(spaces({ zone }));
  });

  it('is nothing for a branch that may read only what is protected: what it left would not be', () => {
    const release = { zone: 'branch', cachePolicy: 'protected_only' } as const;
    expect(spaces(release).results).not.toBe(spaces({ ...release, attemptId: 'a2' }).results);
    expect(spaces(release).mounts).not.toBe(spaces({ ...release, attemptId: 'a2' }).mounts);
    expect(spaces({ cachePolicy: 'protected_only' })).toEqual(spaces({}));
    expect(spaces({ cachePolicy: 'none' }).mounts).not.toBe(spaces({ cachePolicy: 'none', attemptId: 'a2' }).mounts);
  });

  it('S-110 S-111 S-112 is never shared by projects, nor by zones that are apart, whatever refs are called', () => {
    const any = fc.record({
      projectId: fc.constantFrom('p1', 'p2'),
      attemptId: fc.uuid(),
      zone: fc.constantFrom(...zones),
      ref: fc.oneof(fc.constantFrom('refs/heads/main', '../protected', 'protected', '-protected'), fc.string()),
      cachePolicy: fc.constantFrom(...cachePolicies),
      strictIsolation: fc.boolean(),
      cacheEpoch: fc.nat(3),
    });
    const made = any.map((one) => ({ ...one, isolated: isIsolated(one) }));
    fc.assert(
      fc.property(made, made, (one, other) => {
        const [a, b] = [engineSpaces(one), engineSpaces(other)];
        const apart =
          one.projectId !== other.projectId || (one.zone !== other.zone && (one.isolated || other.isolated));
        if (apart || one.cacheEpoch !== other.cacheEpoch) expect(a.results).not.toBe(b.results);
        if (apart || one.zone !== other.zone || one.cacheEpoch !== other.cacheEpoch) {
          expect(a.mounts).not.toBe(b.mounts);
          expect([a.results, a.mark]).not.toEqual([b.results, b.mark]);
        }
        for (const name of [a.results, a.mounts, b.results, b.mounts])
          expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/);
      }),
    );
  });
});
