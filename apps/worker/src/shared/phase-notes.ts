import type { BuildNotes, BuildRecord } from '@cooperage/db';
import type { BuildStage, Phase } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';

/** Tells people which phase a build is in, in order, while the work goes on: nothing waits for it or fails by it. */
export class PhaseNotes {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly notes: Pick<BuildNotes, 'setPhase'>,
    private readonly build: Pick<BuildRecord, 'id' | 'attemptNumber'>,
    private readonly stage: BuildStage,
    private readonly logger: Logger,
  ) {}

  begin(phase: Phase): void {
    const { id: buildId, attemptNumber } = this.build;
    this.last = this.last
      .then(() => this.notes.setPhase({ buildId, attemptNumber, stage: this.stage }, phase))
      .catch((error) => this.logger.warn({ err: error, phase }, 'the phase could not be noted'));
  }

  /** Resolves when nothing is under way: a note behind the end of the stage would find the build to be somebody else's. */
  written(): Promise<void> {
    return this.last;
  }
}
