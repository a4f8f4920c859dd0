import type { BuildSummary } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { newestBuilds } from '../../projects/model/newest-builds';
import { underWay } from './sort-builds';

const build = (number: number, more: Partial<BuildSummary>): BuildSummary =>
  ({
    id: `b${number}`,
    number,
    projectId: 'p1',
    ref: 'refs/heads/main',
    verified: true,
    queuedAt: new Date(number * 1000).toISOString(),
    ...more,
  }) as BuildSummary;
const numbers = (builds: readonly BuildSummary[]): number[] => builds.map((each) => each.number);

describe('overview', () => {
  it('puts what runs before what waits, longest wait first', () => {
    const builds = [
      build(5, { status: 'queued' }),
      build(4, { status: 'running' }),
      build(2, { status: 'queued' }),
      build(1, { status: 'failed' }),
    ];
    expect(numbers(underWay(builds))).toEqual([4, 2, 5]);
  });

  it('finds the newest build of each project, and knows when it has not seen all', () => {
    const page = { items: [build(3, { projectId: 'p2' }), build(2, {}), build(1, {})], next: 'more' };
    const newest = newestBuilds(page);
    expect(newest.byProject.get('p1')?.number).toBe(2);
    expect(newest.complete).toBe(false);
  });
});
