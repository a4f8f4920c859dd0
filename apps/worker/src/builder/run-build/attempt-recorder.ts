import type { BuildWarning, ClaimedAttempt, StepRepository } from '@cooperage/db';
import { BuildFailure, fewerSteps, mostStepText, mostStoredSteps, shortStepText } from '@cooperage/domain';
import type { EngineEvent, StepState } from '@cooperage/engines';
import type { LogWriter, SecretMasker } from '@cooperage/logs/write';
import type { Logger } from '@cooperage/telemetry';
import { StepWriter } from './step-writer.js';

/** A Dockerfile of many thousand lines can have a warning for each. */
const mostWarnings = 200;
/** Characters of what an engine says in its own words, with a Dockerfile's in them: the database takes no more (R3-A5). */
const mostWarned = 1_000;
const mostNamed = 32_768;

/** Writes down what an engine tells of one attempt: its steps, its output, its warnings. */
export class AttemptRecorder {
  readonly warnings: BuildWarning[] = [];
  private readonly steps: StepWriter;
  private readonly ordinals = new Map<string, number>();
  private readonly bases = new Set<string>();
  private readonly ofTargets = new Set<string>();
  /** Characters of the texts of steps that are stored longer than all may be, by their ordinals and together. */
  private readonly longTexts = new Map<number, number>();
  private longText = 0;
  /** By what was fetched: layers of a cache in the registry, named by their digest. */
  private readonly fetched = new Map<string, number>();

  constructor(
    attempt: ClaimedAttempt,
    private readonly log: LogWriter,
    steps: StepRepository,
    private readonly masker: SecretMasker,
    logger: Logger,
    private readonly onPushing: () => void,
  ) {
    this.steps = new StepWriter(steps, attempt.attemptId, logger);
  }

  /**
   * Resolves when there is room for more: the engine waits for it, so that nothing is dropped and memory stays bounded.
   * @throws {BuildFailure} `DockerfileInvalid` where the engine tells of more steps than are stored
   */
  async note(event: EngineEvent): Promise<void> {
    switch (event.type) {
      case 'step':
        return this.step(event.step);
      case 'log':
        return this.log.output(this.ordinals.get(event.stepId) ?? 0, event.stream, event.data);
      case 'warning': {
        const { rule, message, url, file, line } = event;
        if (this.warnings.length < mostWarnings)
          this.warnings.push({
            ...{ rule: cut(rule, mostWarned), message: cut(this.masker.maskText(message), mostWarned), line },
            ...{ url: cut(url, mostWarned), file: cut(file, mostWarned) },
          });
        return;
      }
      case 'cache':
        return;
      case 'pushing':
        return this.onPushing();
      case 'progress':
        if (event.id.startsWith('sha256:') && !this.bases.has(event.stepId))
          this.fetched.set(event.id, Math.max(event.current, this.fetched.get(event.id) ?? 0));
        return;
    }
  }

  /** Bytes that were fetched of caches, base images left out. */
  get fetchedBytes(): number {
    return [...this.fetched.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Of a step that the engine has told of. */
  ordinalOf(stepId: string): number | undefined {
    return this.ordinals.get(stepId);
  }

  /** Whether a step is of another target: its lines are those of another Dockerfile. */
  isOfTarget(stepId: string): boolean {
    return this.ofTargets.has(stepId);
  }

  /** Brings everything into the store. @throws when the store refuses the steps */
  async close(): Promise<void> {
    await Promise.all([this.log.close(), this.steps.close()]);
  }

  /** Another worker has the attempt: nothing of ours is written any more, and nothing waits for the store. */
  abandon(): void {
    this.log.abandon();
    this.steps.abandon();
  }

  private async step(step: StepState): Promise<void> {
    if (!this.ordinals.has(step.id) && this.ordinals.size >= mostStoredSteps)
      throw new BuildFailure('DockerfileInvalid', `The build has more than ${mostStoredSteps} steps. ${fewerSteps}`);
    this.ordinals.set(step.id, step.ordinal);
    if (step.isBase) this.bases.add(step.id);
    if (step.target !== undefined) this.ofTargets.add(step.id);
    this.steps.put({ ...step, ...this.textsOf(step) });
    if (step.completedAt) await this.log.endStep(step.ordinal);
  }

  /** Cut to what may be stored of each, and of all steps together. */
  private textsOf(step: StepState): Pick<StepState, 'name' | 'error' | 'stage' | 'platform'> {
    const { masker } = this;
    const [name, error] = [masker.maskText(step.name), step.error && masker.maskText(step.error)];
    const cutTo = (long: number, short: number) => ({
      ...{ name: cut(name, long), error: cut(error, long) },
      ...{ stage: cut(step.stage, short), platform: cut(step.platform, short) },
    });
    const [whole, short] = [cutTo(mostNamed, mostWarned), cutTo(shortStepText, shortStepText)];
    const others = this.longText - (this.longTexts.get(step.ordinal) ?? 0);
    const length = lengthOf(whole) > lengthOf(short) ? lengthOf(whole) : 0;
    const fits = others + length <= mostStepText;
    this.longTexts.set(step.ordinal, fits ? length : 0);
    this.longText = others + (fits ? length : 0);
    return fits ? whole : short;
  }
}

function lengthOf({ name, error, stage, platform }: Pick<StepState, 'name' | 'error' | 'stage' | 'platform'>): number {
  return [name, error, stage, platform].reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

/** Masked before: a part of a secret is none that would be found. */
function cut<T extends string | null>(text: T, most: number): T {
  return (text !== null && text.length > most ? `${text.slice(0, most - 1)}…` : text) as T;
}
