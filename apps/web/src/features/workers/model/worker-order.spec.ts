import type { WorkerView } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import { noBuilderReason, orderWorkers } from './worker-order';

const worker = (name: string, role: WorkerView['role'], state: WorkerView['state']): WorkerView =>
  ({ name, role, state }) as WorkerView;

it('puts builders first, and the lost before the busy before the idle', () => {
  const workers = [
    worker('a', 'api', 'idle'),
    worker('c', 'builder', 'idle'),
    worker('b', 'builder', 'idle'),
    worker('d', 'builder', 'lost'),
    worker('e', 'control', 'busy'),
  ];
  expect(orderWorkers(workers).map((each) => each.name)).toEqual(['d', 'b', 'c', 'e', 'a']);
});

it('says why nothing is taken up', () => {
  expect(noBuilderReason([worker('b', 'builder', 'busy')])).toBeNull();
  expect(noBuilderReason([worker('b', 'builder', 'lost'), worker('a', 'control', 'idle')])).toContain('lost');
  expect(noBuilderReason([worker('b', 'builder', 'ended')])).toContain('no builder');
});
