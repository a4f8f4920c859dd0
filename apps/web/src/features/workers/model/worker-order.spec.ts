import type { WorkerView } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import { lostBuildWords, orderWorkers, usedTwelfths } from './worker-order';

const worker = (name: string, role: WorkerView['role'], state: WorkerView['state']): WorkerView =>
  ({ name, role, state }) as WorkerView;

it('puts builders first, and the lost before the draining before the busy before the idle', () => {
  const workers = [
    worker('a', 'api', 'idle'),
    worker('c', 'builder', 'idle'),
    worker('b', 'builder', 'idle'),
    worker('d', 'builder', 'lost'),
    worker('f', 'builder', 'draining'),
    worker('e', 'control', 'busy'),
  ];
  expect(orderWorkers(workers).map((each) => each.name)).toEqual(['d', 'f', 'b', 'c', 'e', 'a']);
});

it('measures what is used in twelfths, and never outside', () => {
  const used = (freeBytes: number, totalBytes: number) => usedTwelfths({ freeBytes, totalBytes });
  expect([used(100, 100), used(99, 100), used(50, 100), used(0, 100), used(200, 100), used(0, 0)]).toEqual([
    0, 1, 6, 12, 0, 0,
  ]);
});

it('says what became of a lost worker’s build', () => {
  const lost = { id: 'x', number: 1, projectSlug: 'p', organizationSlug: 'o', status: 'running', attempt: 1 };
  expect(lostBuildWords({ ...lost, nextAttempt: 2 })).toContain('attempt 2 followed');
  expect(lostBuildWords({ ...lost, status: 'queued', nextAttempt: null })).toContain('waits');
  expect(lostBuildWords({ ...lost, status: 'timed_out', nextAttempt: null })).toContain('timed out');
});
