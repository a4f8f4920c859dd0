import type { OutboxItem, OutboxRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { vi } from 'vitest';
import { done, type later, OutboxLoop, type OutboxWork } from '../src/control/outbox/outbox-loop.js';

const logger = createLogger({ process: 'test', level: 'silent' });
export const item = (id: number): OutboxItem => ({
  id: BigInt(id),
  topic: 'evaluate',
  subjectId: `s${id}`,
  groupId: `g${id}`,
  attempts: 1,
  unfinished: 0,
  failures: 0,
  ageMs: 0,
  dueMs: 0,
});

const share = { each: 2, alone: 2, keepsLast: false };

export type TakeArguments = Required<Parameters<OutboxRepository['take']>>;

/** An outbox in memory that gives its rows once. */
export function outboxOf(rows: OutboxItem[]) {
  return {
    take: vi.fn(async (...[, limit]: TakeArguments) => rows.splice(0, limit)),
    done: vi.fn(async () => undefined),
    retry: vi.fn(async () => true),
    retryFailed: vi.fn(async () => undefined),
    postpone: vi.fn(async () => undefined),
    retryUnfinished: vi.fn(async () => undefined),
    extend: vi.fn(async () => true),
    due: vi.fn(async () => ({ due: 0, oldestDueMs: 0 })),
  };
}
type Outbox = ReturnType<typeof outboxOf>;
export const loopOver = (outbox: Outbox, handler: OutboxWork, slotLimitMs = 60_000, slots = 2) => {
  const options = { name: 'evaluate', slots, slotLimitMs, share, instanceId: () => 'me' };
  return new OutboxLoop(outbox as unknown as OutboxRepository, { evaluate: handler }, options, logger);
};
export const run = async (): Promise<typeof done | ReturnType<typeof later>> => done;
