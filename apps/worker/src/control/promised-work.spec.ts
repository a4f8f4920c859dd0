import { OutboxRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { briefly } from '../shared/brief-source.js';
import { promisedWork } from './promised-work.js';

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
});
