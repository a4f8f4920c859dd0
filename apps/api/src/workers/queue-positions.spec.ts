import type { ProcessRepository, QueuePositions } from '@cooperage/db';
import { expect, it } from 'vitest';
import { currentShare } from '../http/caller.js';
import { QueuePositionsService } from './queue-positions.service.js';

it('R17A-4 works the queue out twice for a hundred who ask at once, in the share of none of them', async () => {
  const shares: string[] = [];
  const read = async () => {
    shares.push(currentShare());
    return { pools: [], positions: [{ buildId: 'b', lane: 'trusted', position: shares.length }] };
  };
  const processes = { list: async () => [] } as unknown as ProcessRepository;
  const queue = new QueuePositionsService({ read } as unknown as QueuePositions, processes);
  const first = queue.of('b');
  const others = Array.from({ length: 99 }, () => queue.of('b'));
  const positions = (await Promise.all([first, ...others])).map(({ position }) => position);
  expect(positions).toEqual([1, ...Array<number>(99).fill(2)]);
  expect(shares).toEqual(['queue', 'queue']);
});
