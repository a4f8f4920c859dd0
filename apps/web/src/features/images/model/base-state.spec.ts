import type { BaseImageView } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { baseState } from './base-state';

const at = '2026-11-28T10:00:00.000Z';
const earlier = '2026-11-27T10:00:00.000Z';
const base: BaseImageView = {
  name: 'docker.io/library/debian:bookworm',
  digest: 'sha256:a',
  newest: null,
  registry: null,
};
const registry = (change: Partial<NonNullable<BaseImageView['registry']>>): BaseImageView => ({
  ...base,
  registry: {
    digest: 'sha256:a',
    isUsed: true,
    foundAt: earlier,
    answeredAt: at,
    problem: null,
    checkedAt: at,
    ...change,
  },
});

describe('a base image', () => {
  it('is the newest while its registry says so, by itself or as one of an index', () => {
    expect(baseState(registry({}))).toEqual({ kind: 'current', at });
    expect(baseState(registry({ digest: 'sha256:index' }))).toEqual({ kind: 'current', at });
  });

  it('has a newer one by the word of its registry, else of later builds', () => {
    const moved = registry({ digest: 'sha256:b', isUsed: false });
    expect(baseState(moved)).toEqual({ kind: 'newer', digest: 'sha256:b', at: earlier, by: 'registry' });
    const newest = { digest: 'sha256:c', buildId: 'x', at };
    expect(baseState({ ...moved, newest })).toMatchObject({ digest: 'sha256:b' });
    expect(baseState({ ...base, newest })).toEqual({ kind: 'newer', digest: 'sha256:c', at, by: 'builds' });
  });

  it('is still behind when its registry has stopped answering', () => {
    const away = registry({ digest: 'sha256:b', isUsed: false, problem: 'unavailable' });
    expect(baseState(away)).toMatchObject({ kind: 'newer', digest: 'sha256:b' });
  });

  it('of which nothing is known is not called the newest', () => {
    expect(baseState(base)).toEqual({ kind: 'unknown', why: 'its registry was not asked yet', at: null });
    const never = registry({ digest: null, isUsed: null, foundAt: null, answeredAt: null, problem: 'denied' });
    expect(baseState(never)).toMatchObject({ kind: 'unknown', why: expect.stringContaining('refuses'), at });
    // What it said before it went away may have changed since.
    expect(baseState(registry({ problem: 'unavailable' }))).toMatchObject({ kind: 'unknown' });
  });

  it('that is named by its digest cannot move', () => {
    expect(baseState({ ...base, name: 'registry.example:5000/team/base' })).toEqual({ kind: 'pinned' });
  });
});
