import type { ClaimedAttempt, StepRecord, StepRepository } from '@cooperage/db';
import { type LogWriter, SecretMasker } from '@cooperage/logs/write';
import { createLogger } from '@cooperage/telemetry';
import { beforeEach, describe, expect, it } from 'vitest';
import { aStep } from '../../../spec/a-step.js';
import { AttemptRecorder } from './attempt-recorder.js';

const logger = createLogger({ process: 'test', level: 'silent' });

describe('R4-P10 the record of an attempt with many steps', () => {
  const stored = new Map<number, StepRecord>();
  const steps = {
    save: async (_id: string, rows: readonly StepRecord[]) => {
      for (const row of rows) stored.set(row.ordinal, row);
    },
  };
  let recorder: AttemptRecorder;
  beforeEach(() => {
    stored.clear();
    recorder = new AttemptRecorder(
      { attemptId: 'a' } as ClaimedAttempt,
      { close: async () => undefined } as unknown as LogWriter,
      steps as unknown as StepRepository,
      SecretMasker.of([]),
      logger,
      () => undefined,
    );
  });
  const note = (ordinal: number, name = 'RUN :') => recorder.note({ type: 'step', step: aStep(ordinal, { name }) });

  it('takes no more than are stored, and still what those become', async () => {
    for (let at = 1; at <= 6_000; at++) await note(at);
    await expect(note(6_001)).rejects.toMatchObject({
      code: 'DockerfileInvalid',
      message: expect.stringMatching(/more than 6000 steps.*Join/),
    });
    await note(6_000, 'RUN true');
    await recorder.close();
    expect(stored.size).toBe(6_000);
    expect(stored.get(6_000)!.name).toBe('RUN true');
  });

  it('has long texts whole up to a size of them together, and then their beginnings', async () => {
    const name = `RUN ${'x'.repeat(30_000)}`;
    for (let round = 0; round < 2; round++) for (let at = 1; at <= 200; at++) await note(at, name);
    // What has become short leaves its room to others.
    await note(1);
    await note(200, name);
    await note(201, 'RUN make');
    await recorder.close();
    const names = [...stored.values()].map((step) => step.name);
    expect(names.filter((text) => text === name)).toHaveLength(Math.floor((2 * 1024 * 1024) / name.length));
    expect([names[0], names.at(-2), names.at(-1)]).toEqual(['RUN :', name, 'RUN make']);
    expect(names[198]).toMatch(/^RUN x{95}…$/);
  });
});
