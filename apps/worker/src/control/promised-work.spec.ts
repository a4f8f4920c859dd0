import { OutboxRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { briefly } from '../shared/brief-source.js';
import { promisedWork } from './promised-work.js';
import { RetentionService } from './retention/retention.service.js';

describe('promised work', () => {
  it('R4-F4 gives an evaluation more time than its fetch and another one that it waits for may take', async () => {
    const outbox = { due: async () => ({ due: 0, oldestDueMs: 0 }) };
    const get = <T>(part: new (...args: never[]) => T) => ((part as unknown) === OutboxRepository ? outbox : {}) as T;
    const loops = promisedWork(get, () => 'me', createLogger({ process: 'test', level: 'silent' }));
    const { slotLimitMs } = await loops.find(({ name }) => name === 'evaluate')!.sight();
    // No tries beside the first: a host that is away holds no slot.
    expect(briefly.retryDelaysMs).toEqual([]);
    expect(slotLimitMs).toBeGreaterThan(2 * briefly.limits.fetchTimeoutMs);
  });

  it('R4-P8 gives up retention that does not end', async () => {
    const items = [{ id: 1n, topic: 'retention', subjectId: 'project', attempts: 6, unfinished: 6 }];
    const ended: unknown[] = [];
    const outbox = { take: async () => items.splice(0), done: async (item: unknown) => ended.push(item) };
    const parts = new Map<unknown, object>([
      [OutboxRepository, outbox],
      [RetentionService, { handle: () => new Promise(() => undefined), giveUp: async () => ({ done: true }) }],
    ]);
    const get = <T>(part: new (...args: never[]) => T) => (parts.get(part) ?? {}) as T;
    const loops = promisedWork(get, () => 'me', createLogger({ process: 'test', level: 'silent' }));
    loops.find(({ topics }) => topics.includes('retention'))!.wake();
    await expect.poll(() => ended).toMatchObject([{ subjectId: 'project' }]);
  });
});
