import type { OutboxItem, StepVerdictRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult } from '../outbox/outbox-loop.js';

/** What fails this often fails for a reason of its own, and nothing depends on it. */
const mostTries = 5;

/** When a build has ended: writes down why its steps ran, as long as it is known what earlier builds had. */
export class NoteStepsService {
  constructor(
    private readonly verdicts: StepVerdictRepository,
    private readonly logger: Logger,
  ) {}

  async handle({ subjectId: buildId, attempts }: OutboxItem): Promise<HandlerResult> {
    try {
      await this.verdicts.note(buildId);
    } catch (error) {
      if (attempts < mostTries) throw error;
      this.logger.error({ err: error, buildId }, 'why the steps of a build ran could not be written down');
    }
    return done;
  }

  /** What its process ended for too often. */
  async giveUp({ subjectId: buildId }: OutboxItem): Promise<HandlerResult> {
    this.logger.error({ buildId }, 'why the steps of a build ran is not written down: control ended too often over it');
    return done;
  }
}
