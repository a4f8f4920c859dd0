import type { BuildSummary } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { newestBuilds } from '../../projects/model/newest-builds';
import { needsAttention, underWay } from './sort-builds';

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
  it('puts what runs before what waits, each once, longest wait first', () => {
    const running = build(4, { status: 'running' });
    const lists = [
      [build(5, { status: 'queued' }), running, build(1, { status: 'failed' })],
      [running, build(2, { status: 'queued' })],
    ];
    expect(numbers(underWay(lists))).toEqual([4, 2, 5]);
  });

  it('names the newest ended build of a ref when it failed or does not verify', () => {
    const builds = [
      build(9, { status: 'running' }),
      build(8, { status: 'failed' }),
      build(7, { status: 'failed' }),
      build(6, { status: 'succeeded', verified: false, projectId: 'p2' }),
      build(5, { status: 'timed_out', ref: 'refs/tags/v1' }),
    ];
    expect(numbers(needsAttention(builds))).toEqual([8, 6, 5]);
  });

  it('leaves out what a later build made good, and what a person stopped', () => {
    const builds = [
      build(3, { status: 'canceled' }),
      build(2, { status: 'succeeded' }),
      build(1, { status: 'failed' }),
    ];
    expect(needsAttention(builds)).toEqual([]);
  });

  it('finds the newest build of each project, and knows when it has not seen all', () => {
    const page = { items: [build(3, { projectId: 'p2' }), build(2, {}), build(1, {})], next: 'more' };
    const newest = newestBuilds(page);
    expect(newest.byProject.get('p1')?.number).toBe(2);
    expect(newest.complete).toBe(false);
  });
});
