import type {
  AttemptRepository,
  BuildNotes,
  CacheLedgerRepository,
  ClaimedAttempt,
  ContextManifestRepository,
  StepRepository,
  TransitionOutcome,
} from '@cooperage/db';
import { type BuildFailure, blamed, type CacheReadFact, cacheExport, type ResolvedDefinition } from '@cooperage/domain';
import type { BuildOutcome, Engine, EngineEvent, WrittenBytes } from '@cooperage/engines';
import { SecretMasker } from '@cooperage/logs/write';
import { orAborted } from '@cooperage/source';
import { type Logger, type Metrics, withIds } from '@cooperage/telemetry';
import type { MirrorKeeper } from '../../shared/mirror-keeper.js';
import { observeCache, observeClaim, observeEnd } from '../../shared/observe-build.js';
import { outlast } from '../../shared/outlast.js';
import { PhaseNotes } from '../../shared/phase-notes.js';
import type { HeldSlot } from '../../shared/slots.js';
import type { BuildAccess, BuildAccesses } from '../access/build-access.js';
import type { DiskGrowth } from '../disk-growth.js';
import { asFailure, logWhatGoesOn, maskedReport, shutdownFailure, timeoutFailure } from './attempt-end.js';
import type { AttemptLogs } from './attempt-logs.js';
import { pauseAfter } from './attempt-pause.js';
import { AttemptRecorder } from './attempt-recorder.js';
import type { BuildRequests, PreparedBuild } from './build-requests.js';
import { builtFacts } from './built-facts.js';
import type { EarlierAttempts } from './earlier-attempts.js';
import type { EngineHouse } from './engine-house.js';
import type { EngineLosses } from './engine-losses.js';
import type { HeldAttempts, StopCause } from './held-attempts.js';
import { dockerfilesOf, refuseLeaks } from './refuse-leaks.js';
import type { StagingAdmission } from './staging-admission.js';

export interface RunBuildOptions {
  readonly workerName: string;
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

/** What the service works with. */
export interface RunBuildParts {
  readonly attempts: AttemptRepository;
  readonly notes: BuildNotes;
  readonly steps: StepRepository;
  readonly manifests: ContextManifestRepository;
  readonly ledgers: CacheLedgerRepository;
  readonly staging: StagingAdmission;
  readonly accesses: BuildAccesses;
  readonly requests: BuildRequests;
  readonly mirrors: MirrorKeeper;
  readonly logs: AttemptLogs;
  readonly held: HeldAttempts;
  readonly earlier: EarlierAttempts;
  readonly engine: Engine;
  readonly house: EngineHouse;
  readonly losses: EngineLosses;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const secretsWithheld = {
  type: 'warning',
  rule: 'SecretsWithheld',
  message: 'The fork zone gets no build secrets and no credentials of registries.',
  ...{ url: null, line: null, file: null },
} as const satisfies EngineEvent;

/** A ceiling of the organization, or its machine, allows less than the project asks for. */
const limitLowered = { type: 'warning', rule: 'LimitLowered', url: null, line: null, file: null } as const;

/** It is the time of this build, so its page has to say where that went. */
const manyFiles = (files: number) =>
  ({
    ...{ type: 'warning', rule: 'ManyFiles', url: null, line: null, file: null },
    message: `The builder was emptied after this build: ${files.toLocaleString('en')} files were left in it. Later builds start without its results, except for those in the cache of the project.`,
  }) as const satisfies EngineEvent;

/** What one attempt carries through its phases. */
interface Work {
  readonly attempt: ClaimedAttempt;
  readonly recorder: AttemptRecorder;
  readonly phases: PhaseNotes;
  readonly masker: SecretMasker;
  readonly logger: Logger;
  readonly growth: DiskGrowth;
  /** Aborted with a `StopCause`, or with the `BuildFailure` of a limit. */
  readonly signal: AbortSignal;
}

interface Built {
  readonly outcome: BuildOutcome;
  /** What its definition stood for, where it has one. */
  readonly resolved: ResolvedDefinition | null;
}

/** One attempt from claim to `built`, or to the failure that ends it. */
export class RunBuildService {
  constructor(
    private readonly parts: RunBuildParts,
    private readonly instanceId: () => string,
    private readonly options: RunBuildOptions,
    /** Called when the engine is gone: the dispatcher should know before it hands out the next attempt. */
    private readonly onEngineLost: () => void,
    /** Whether it may claim now. A job that is let go is handed over again, to whoever may. */
    private readonly mayClaim: () => boolean | Promise<boolean> = () => true,
  ) {}

  /** Empties the engine where nobody is in. @throws {BuildFailure} see `EngineHouse` */
  emptyUnused(): Promise<void> {
    return this.parts.house.emptyUnused();
  }

  /**
   * Does nothing when the attempt is not there to be claimed: canceled, taken, or delivered twice.
   * @param slot what it holds meanwhile
   */
  async run(attemptId: string, slot?: HeldSlot): Promise<void> {
    if (!(await this.mayClaim())) return;
    const { workerName, leaseMs } = this.options;
    const attempt = await this.parts.attempts.claim(attemptId, this.instanceId(), workerName, leaseMs);
    if (!attempt) return;
    observeClaim(this.parts.metrics, attempt.build);
    await this.parts.held.while(attempt, (held, growth) => this.hold(attempt, held, growth), slot);
  }

  /** From here on the attempt is ours to end, whatever is thrown. */
  private async hold(attempt: ClaimedAttempt, held: AbortSignal, growth: DiskGrowth): Promise<void> {
    const logger = withIds(this.parts.logger, { buildId: attempt.build.id, attemptId: attempt.attemptId });
    const [opened] = await Promise.allSettled([outlast(() => this.openAccess(attempt), logger, held)]);
    const masker = opened.status === 'fulfilled' ? opened.value.masker : SecretMasker.of([]);
    const work = { ...this.open(attempt, masker, held, logger), growth };
    try {
      if (opened.status === 'rejected') throw opened.reason;
      const { access } = opened.value;
      const built = await this.parts.mirrors.using(access.source, () => this.build(work, access));
      await this.finish(work, built);
    } catch (error) {
      await this.end(work, error);
    }
  }

  private async openAccess(attempt: ClaimedAttempt) {
    const access = await this.parts.accesses.open(attempt);
    return { access, masker: await SecretMasker.prepare(access.hidden) };
  }

  private open(attempt: ClaimedAttempt, masker: SecretMasker, held: AbortSignal, logger: Logger): Omit<Work, 'growth'> {
    const stop = new AbortController();
    const log = this.parts.logs.open(attempt, masker, {
      onLimit: (failure) => stop.abort(failure),
      onFenced: () => stop.abort('not_yours' satisfies StopCause),
    });
    const phases = new PhaseNotes(this.parts.notes, attempt.build, 'builder', logger);
    const recorder = new AttemptRecorder(attempt, log, this.parts.steps, masker, logger, () => phases.begin('push'));
    return { attempt, recorder, phases, masker, logger, signal: AbortSignal.any([held, stop.signal]) };
  }

  private async build(work: Work, access: BuildAccess): Promise<Built> {
    const { attempt, recorder, logger, signal } = work;
    const prepared = this.withAdmission(work, await this.prepare(work, access));
    const { resolved } = prepared;
    // The provenance will say what was built from it: nothing is built before that is written down.
    if (resolved) await outlast(() => this.parts.attempts.noteResolved(attempt, resolved), logger, signal);
    if (access.withheld) await recorder.note(secretsWithheld);
    for (const message of prepared.lowered) await recorder.note({ ...limitLowered, message });
    const described = this.describe(work, prepared);
    const reads: Promise<void>[] = [];
    try {
      const outcome = (await this.takeOver(work, prepared)) ?? (await this.start(work, prepared, reads));
      return { outcome, resolved: resolved ?? null };
    } finally {
      await Promise.all([described, ...reads]);
    }
  }

  /** A slot is free as soon as its attempt is over, whatever a step here does with the signal: what goes on is logged. */
  private async prepare({ attempt, masker, logger, signal }: Work, access: BuildAccess): Promise<PreparedBuild> {
    const preparing = this.parts.mirrors.using(access.source, async () => {
      const prepared = await this.parts.requests.prepare(attempt, access, signal);
      await refuseLeaks(dockerfilesOf(prepared.request), access.hidden);
      return prepared;
    });
    try {
      return await orAborted(preparing, signal);
    } finally {
      if (signal.aborted) logWhatGoesOn(preparing, masker, logger);
    }
  }

  private withAdmission({ attempt, logger, signal }: Work, prepared: PreparedBuild): PreparedBuild {
    const { request } = prepared;
    const push: typeof request.push = {
      ...request.push,
      admit: (image) => this.parts.staging.admit(attempt, image, logger, signal),
    };
    return { ...prepared, request: { ...request, push } };
  }

  /** An earlier attempt may have done it, and only the word of it was lost with its worker. */
  private takeOver({ attempt, recorder, phases, logger, signal }: Work, { request }: PreparedBuild) {
    let told = false;
    const emit = (event: EngineEvent) => {
      if (!told) phases.begin('build');
      told = true;
      return recorder.note(event);
    };
    return this.parts.earlier.result({ attempt, request, emit, signal, logger });
  }

  /** @param reads is given what writes down which cache the engine reads: to be waited for before the attempt ends */
  private start(work: Work, { request, caches }: PreparedBuild, reads: Promise<void>[]) {
    const { attempt, recorder, phases, growth, signal } = work;
    const emit = (event: EngineEvent) => {
      growth.note(event);
      if (event.type !== 'cache') return recorder.note(event);
      const last = reads.at(-1);
      reads.push(this.noteRead(work, caches.factOf(event), last));
    };
    const waits = () => this.parts.held.waits(attempt.attemptId);
    let goOn = waits();
    const begin = async () => {
      goOn();
      // Who listens now is told nothing any more of a stop that came before.
      signal.throwIfAborted();
      phases.begin('build');
      const noteWritten = (bytes: WrittenBytes) => growth.noteWritten(bytes);
      try {
        const run = () => this.parts.engine.build({ ...request, noteWritten }, emit, signal);
        return await this.parts.losses.during(signal, run);
      } finally {
        // What it has left may have to be deleted first. It holds its slot meanwhile, but it is done in time.
        goOn = waits();
      }
    };
    const onManyFiles = (files: number) => void recorder.note(manyFiles(files));
    return this.parts.house.build(attempt.build, signal, begin, onManyFiles).finally(() => goOn());
  }

  /** Beside the build. What the engine says last stands. */
  private async noteRead(work: Work, fact: CacheReadFact, last?: Promise<void>): Promise<void> {
    await last;
    await this.store(work, 'the cache that is read', () => this.parts.attempts.noteCacheRead(work.attempt, fact));
  }

  /** Beside the build, which waits for none of it: what was read of the Dockerfile and of what its context held. */
  private async describe(work: Work, prepared: PreparedBuild): Promise<void> {
    const { request, manifest, dockerfile, targets, resultSpace } = prepared;
    const { attempt } = work;
    const { attempts, manifests } = this.parts;
    const { reference } = request;
    await this.store(work, 'the Dockerfile', () => attempts.describe(attempt, reference, dockerfile, resultSpace));
    await this.store(work, 'the manifest of the context', () => manifests.save(attempt, manifest));
    if (targets.length > 0)
      await this.store(work, 'what targets are made from', () => manifests.saveTargets(attempt, dockerfile, targets));
  }

  /** No build fails for what could not be stored of it. */
  private store({ logger, signal }: Work, what: string, write: () => Promise<void>): Promise<void> {
    return outlast(write, logger, signal).catch((error) => logger.warn({ err: error }, `${what} could not be stored`));
  }

  private async finish(
    { attempt, recorder, phases, logger, signal }: Work,
    { outcome, resolved }: Built,
  ): Promise<void> {
    const facts = { ...builtFacts(outcome, recorder.warnings, cacheExport(attempt.build) !== null), resolved };
    observeCache(this.parts.metrics, { cached: outcome.stepsCached, run: outcome.stepsRun });
    await outlast(() => recorder.close(), logger, signal);
    const lines = [...outcome.stepLines].map(([vertexId, line]) => ({ vertexId, ...line }));
    await outlast(() => this.parts.steps.saveLines(attempt.attemptId, lines), logger, signal);
    await phases.written();
    const ended = await outlast(() => this.parts.attempts.built(attempt, this.instanceId(), facts), logger, signal);
    await this.parts.ledgers
      .note(attempt.build, attempt.attemptId, recorder.fetchedBytes)
      .catch((error) => logger.warn({ err: error }, 'what the cache was worth could not be stored'));
    if (ended.ok) observeEnd(this.parts.metrics, ended.build);
    else logger.warn({ reason: ended.reason }, 'built, but the attempt is not ours any more');
  }

  private async end(work: Work, error: unknown): Promise<void> {
    const { attempt, logger, signal } = work;
    const cause = signal.aborted ? (signal.reason as StopCause | BuildFailure) : error;
    if (cause === 'not_yours') {
      work.recorder.abandon();
      logger.warn('the attempt was given to another worker; its work was stopped');
      return;
    }
    await this.closeRecord(work);
    const result = await outlast(() => this.endBy(work, cause), logger);
    if (result.ok) observeEnd(this.parts.metrics, result.build);
    else logger.warn({ reason: result.reason, attempt: attempt.number }, 'the end of an attempt came too late');
  }

  /** What cannot be recorded must not keep the attempt from its end. */
  private async closeRecord({ recorder, phases, logger }: Work): Promise<void> {
    await phases.written();
    await outlast(() => recorder.close(), logger).catch((error) => {
      logger.error({ err: error }, 'the record of an attempt is not whole');
      recorder.abandon();
    });
  }

  private async endBy(work: Work, cause: unknown): Promise<TransitionOutcome> {
    const { attempt, masker, logger, recorder } = work;
    const me = this.instanceId();
    if (cause === 'cancel') return this.parts.attempts.stopped(attempt, me);
    if (cause === 'timeout') return this.parts.attempts.timedOut(attempt, me, timeoutFailure(attempt).report());
    const isGivenBack = cause === 'shutdown';
    const met = isGivenBack ? shutdownFailure() : asFailure(cause, masker, logger);
    if (met.code === 'EngineUnavailable') this.onEngineLost();
    const { others, isOnlySuspect } = await this.parts.losses.company(met);
    const failure = isOnlySuspect ? blamed(met, await this.parts.attempts.failureBefore(attempt)) : met;
    await this.noteFailingLine(work, failure);
    const logLine = await this.failingLine(work, failure);
    const next = {
      retryable: failure.retryable,
      // A builder that is restarted during an upgrade costs no build one of its attempts.
      attemptsLeft: isGivenBack || attempt.number < this.options.maxAttempts,
      pauseMs: pauseAfter(failure, attempt.number, others),
    };
    return this.parts.attempts.failed(attempt, me, maskedReport(failure, masker, logLine), next, recorder.warnings);
  }

  /** Only a process that ended by itself has said why. */
  private async failingLine({ attempt, recorder }: Work, { code, place }: BuildFailure) {
    if (code !== 'StepFailed' || place?.exitCode === undefined || !place.stepId) return undefined;
    const ordinal = recorder.ordinalOf(place.stepId);
    return ordinal === undefined ? undefined : this.parts.logs.failingLine(attempt, ordinal);
  }

  private async noteFailingLine({ attempt, recorder }: Work, { place }: BuildFailure): Promise<void> {
    if (!place?.stepId || !place.line || recorder.isOfTarget(place.stepId)) return;
    await this.parts.steps.saveLines(attempt.attemptId, [
      { vertexId: place.stepId, startLine: place.line, endLine: place.endLine ?? place.line },
    ]);
  }
}
