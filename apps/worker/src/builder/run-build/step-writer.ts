import type { StepRecord, StepRepository } from '@cooperage/db';
import type { StepState } from '@cooperage/engines';
import type { Logger } from '@cooperage/telemetry';

const flushMs = 150;

/** Keeps the steps of one attempt in the database: changes are gathered for a moment and written together. */
export class StepWriter {
  private readonly changed = new Map<number, StepRecord>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly steps: StepRepository,
    private readonly attemptId: string,
    private readonly logger: Logger,
  ) {}

  put(step: StepState): void {
    this.changed.set(step.ordinal, toRecord(step));
    this.timer ??= setTimeout(() => void this.flush(), flushMs);
  }

  /** Resolves when everything is written. @throws when the database does not take it */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.writing;
    await this.write();
  }

  abandon(): void {
    clearTimeout(this.timer);
    this.changed.clear();
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    this.writing = this.writing.then(() =>
      // Kept and written again with the next change or at the end.
      this.write().catch((error) => this.logger.warn({ err: error }, 'steps could not be stored yet')),
    );
    await this.writing;
  }

  private async write(): Promise<void> {
    const batch = [...this.changed.values()];
    this.changed.clear();
    try {
      await this.steps.save(this.attemptId, batch);
    } catch (error) {
      for (const step of batch) if (!this.changed.has(step.ordinal)) this.changed.set(step.ordinal, step);
      throw error;
    }
  }
}

function toRecord(step: StepState): StepRecord {
  const { id: vertexId, target = null, ordinal, name, stage, platform, internal } = step;
  const { cached, startedAt, completedAt, error, progressGroup } = step;
  return {
    ...{ ordinal, vertexId, name, stage, target, platform, internal },
    ...{ cached, startedAt, completedAt, error, progressGroup },
  };
}
