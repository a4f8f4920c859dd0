import type { OutboxItem, StepVerdictRepository } from '@cooperage/db';
import { createLogger } from '@cooperage/telemetry';
import { describe, expect, it } from 'vitest';
import { NoteStepsService } from './note-steps.service.js';

const item = (attempts: number): OutboxItem => ({
  ...{
    id: 1n,
    topic: 'note-steps',
    subjectId: 'b',
    groupId: 'b',
    attempts,
    unfinished: 0,
    failures: 0,
    ageMs: 0,
    dueMs: 0,
  },
});
const failing = {
  note: async () => {
    throw new Error('broken');
  },
} as unknown as StepVerdictRepository;

describe('NoteStepsService', () => {
  it('tries again what failed, and lets it be in the end', async () => {
    const service = new NoteStepsService(failing, createLogger({ process: 'test', level: 'silent' }));
    await expect(service.handle(item(1))).rejects.toThrow('broken');
    expect(await service.handle(item(5))).toEqual({ done: true });
  });

  it('R2-H1 lets be what its process ended for again and again', async () => {
    const service = new NoteStepsService(failing, createLogger({ process: 'test', level: 'silent' }));
    expect(await service.giveUp(item(1))).toEqual({ done: true });
  });
});
