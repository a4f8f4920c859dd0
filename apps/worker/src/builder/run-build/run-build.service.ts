import type { AttemptRepository, BuildRepository, BuiltFacts, ClaimedAttempt, StepRepository } from '@cooperage/db';
import { BuildFailure, type FailureReport } from '@cooperage/domain';
import type { BuildOutcome, Engine } from '@cooperage/engines';
import { SecretMasker } from '@cooperage/logs/write';
import { type Logger, type Metrics, withIds } from '@cooperage/telemetry';
import { observeCache, observeClaim, observeEnd } from '../../shared/observe-build.js';
import { outlast } from '../../shared/outlast.js';
import type { AttemptLogs } from './attempt-logs.js';
import { AttemptRecorder } from './attempt-recorder.js';
import type { BuildRequests } from './build-requests.js';
import type { BuildSecrets } from './build-secrets.js';
import type { HeldAttempts, StopCause } from './held-attempts.js';

export interface RunBuildOptions {
  readonly workerName: string;
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

/** What the service works with. */
export interface RunBuildParts {
  readonly attempts: AttemptRepository;
  readonly builds: BuildRepository;
  readonly steps: StepRepository;
  readonly requests: BuildRequests;
  readonly secrets: BuildSecrets;
  readonly logs: AttemptLogs;
  readonly held: HeldAttempts;
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** What one attempt carries through its phases. */
interface Work {
  readonly attempt: ClaimedAttempt;
  readonly recorder: AttemptRecorder;
  readonly masker: SecretMasker;
  readonly logger: Logger;
  /** Aborted with a `StopCause`, or with the `BuildFailure` of a limit. */
  readonly signal: AbortSignal;
}

/** One attempt from claim to `built`, or to the failure that ends it. */
export class RunBuildService {
  constructor(
    private readonly parts: RunBuildParts,
    private readonly instanceId: () => string,
    private readonly options: RunBuildOptions,
  ) {}

  /** Does nothing when the attempt is not there to be claimed: canceled, taken, or delivered twice. */
  async run(attemptId: string): Promise<void> {
    const { workerName, leaseMs } = this.options;
    const attempt = await this.parts.attempts.claim(attemptId, this.instanceId(), workerName, leaseMs);
    if (!attempt) return;
    observeClaim(this.parts.metrics, attempt.build);
    await this.parts.held.while(attempt, async (held) => {
      const work = await this.open(attempt, held);
      try {
        const outcome = await this.build(work);
        await outlast(() => work.recorder.close(), work.logger, work.signal);
        await outlast(() => this.finish(work, outcome), work.logger, work.signal);
      } catch (error) {
        await this.end(work, error);
      }
    });
  }

  private async open(attempt: ClaimedAttempt, held: AbortSignal): Promise<Work> {
    const logger = withIds(this.parts.logger, { buildId: attempt.build.id, attemptId: attempt.attemptId });
    const stop = new AbortController();
    const secrets = await outlast(() => this.parts.secrets.secrets(attempt.build.projectId), logger, held);
    const log = this.parts.logs.open(attempt, secrets, {
      onLimit: (failure) => stop.abort(failure),
      onFenced: () => stop.abort('not_yours' satisfies StopCause),
    });
    const masker = maskerOf(secrets);
    const onPushing = () => this.notePhase(attempt, 'push', logger);
    return {
      attempt,
      recorder: new AttemptRecorder(attempt, log, this.parts.steps, masker, logger, onPushing),
      masker,
      logger,
      signal: AbortSignal.any([held, stop.signal]),
    };
  }

  private async build({ attempt, recorder, signal, logger }: Work): Promise<BuildOutcome> {
    const { request, dockerfile } = await outlast(() => this.parts.requests.prepare(attempt, signal), logger, signal);
    const described = outlast(
      () => this.parts.attempts.describe(attempt, request.reference, dockerfile),
      logger,
      signal,
    );
    this.notePhase(attempt, 'build', logger);
    const [outcome] = await Promise.all([
      this.parts.engine.build(request, (event) => recorder.note(event), signal),
      described,
    ]);
    return outcome;
  }

  /** For people's eyes only, so nothing waits for it. */
  private notePhase(attempt: ClaimedAttempt, phase: 'build' | 'push', logger: Logger): void {
    this.parts.builds
      .setPhase(attempt.build.id, attempt.number, phase)
      .catch((error) => logger.warn({ err: error, phase }, 'the phase could not be noted'));
  }

  private async finish({ attempt, recorder, logger }: Work, outcome: BuildOutcome): Promise<void> {
    await this.parts.steps.saveLines(
      attempt.attemptId,
      [...outcome.stepLines].map(([vertexId, line]) => ({ vertexId, ...line })),
    );
    const facts: BuiltFacts = {
      digest: outcome.digest,
      mediaType: outcome.mediaType,
      sizeBytes: outcome.sizeBytes,
      baseImages: outcome.baseImages,
      stepsTotal: outcome.stepsRun + outcome.stepsCached,
      stepsCached: outcome.stepsCached,
      warnings: recorder.warnings,
      exportCache: outcome.stepsRun > 0,
    };
    observeCache(this.parts.metrics, { cached: outcome.stepsCached, run: outcome.stepsRun });
    const result = await this.parts.attempts.built(attempt, this.instanceId(), facts);
    if (!result.ok) logger.warn({ reason: result.reason }, 'built, but the attempt is not ours any more');
  }

  private async end(work: Work, error: unknown): Promise<void> {
    const { attempt, logger, signal } = work;
    const cause = signal.aborted ? (signal.reason as StopCause | BuildFailure) : error;
    if (cause === 'not_yours') {
      work.recorder.abandon();
      logger.warn('the attempt was given to another worker; its work was stopped');
      return;
    }
    await outlast(() => work.recorder.close(), logger);
    const result = await outlast(() => this.endBy(work, cause), logger);
    if (result.ok) observeEnd(this.parts.metrics, result.build);
    else logger.warn({ reason: result.reason, attempt: attempt.number }, 'the end of an attempt came too late');
  }

  private async endBy({ attempt, masker, logger }: Work, cause: unknown) {
    const me = this.instanceId();
    if (cause === 'cancel') return this.parts.attempts.stopped(attempt, me);
    if (cause === 'timeout') return this.parts.attempts.timedOut(attempt, me, timeoutFailure(attempt).report());
    const failure = cause === 'shutdown' ? shutdownFailure() : asFailure(cause, logger);
    await this.noteFailingLine(attempt, failure);
    const attemptsLeft = attempt.number < this.options.maxAttempts;
    return this.parts.attempts.failed(attempt, me, masked(failure, masker), failure.retryable, attemptsLeft);
  }

  private async noteFailingLine(attempt: ClaimedAttempt, { place }: BuildFailure): Promise<void> {
    if (!place?.stepId || !place.line) return;
    await this.parts.steps.saveLines(attempt.attemptId, [
      { vertexId: place.stepId, startLine: place.line, endLine: place.endLine ?? place.line },
    ]);
  }
}

function maskerOf(secrets: ReadonlyMap<string, Uint8Array>): SecretMasker {
  return new SecretMasker([...secrets].map(([name, value]) => ({ name, value })));
}

/** An engine's message may quote an instruction, and an instruction may hold what nobody should see. */
function masked(failure: BuildFailure, masker: SecretMasker): FailureReport {
  const { place, message, code } = failure.report();
  const step = place?.step && masker.maskText(place.step);
  return { code, message: masker.maskText(message), ...(place && { place: { ...place, step } }) };
}

/** Whatever is thrown that is no `BuildFailure` is a defect of ours: logged whole, shown without its inside. */
function asFailure(error: unknown, logger: Logger): BuildFailure {
  if (error instanceof BuildFailure) return error;
  logger.error({ err: error }, 'an attempt ended by an unexpected error');
  return new BuildFailure('EngineUnavailable', 'The worker met an unexpected error; its own log has the details.');
}

function timeoutFailure({ build }: ClaimedAttempt): BuildFailure {
  const seconds = Math.round(build.limits.timeoutMs / 1000);
  return new BuildFailure('TimedOut', `The build took longer than its limit of ${seconds} seconds.`);
}

/** A new attempt starts at once, at whichever builder runs then. */
function shutdownFailure(): BuildFailure {
  return new BuildFailure('WorkerLost', 'The builder was asked to end before the build was done.');
}
