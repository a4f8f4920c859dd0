import type { AttemptRepository, ClaimedAttempt } from '@cooperage/db';
import { type Digest, stagingRepository } from '@cooperage/domain';
import type { BuildFate, BuildOutcome, BuildRequest, Engine, EngineEvent, RunawayWork } from '@cooperage/engines';
import { inParallel, isRegistryError, readImageParts } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { longestEngineWaitMs } from '../../shared/engine-wait.js';
import { outlast } from '../../shared/outlast.js';
import { attemptRegistry, type OwnRegistry } from '../access/attempt-registry.js';
import { engineReference } from './engine-reference.js';

const lookMs = 250;
/** As after a build was stopped: with the process before this one its session has ended. */
const endsWithinMs = 60_000;
/** As many as fit into the time within which the end of an engine is asked for, and some more. */
const mostLooksAlone = longestEngineWaitMs / lookMs;
const parallelHeads = 16;

export interface EarlierAttemptsOptions {
  readonly workerName: string;
  readonly registry: OwnRegistry;
  /** Called where an engine goes on with an earlier attempt for longer than a minute: nobody waits for that (ADR 80). */
  readonly onRunawayWork: (work: RunawayWork) => void;
}

/** One attempt that begins, and how it tells of what it takes over. */
export interface TakingOver {
  readonly attempt: ClaimedAttempt;
  readonly request: BuildRequest;
  readonly emit: (event: EngineEvent) => void | Promise<void>;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

const takenOver = {
  type: 'warning',
  rule: 'TakenOver',
  message: 'The worker was lost when the builder had ended its work: the result was taken over, and nothing ran twice.',
  ...{ url: null, line: null, file: null },
} as const satisfies EngineEvent;

/**
 * What became of the earlier attempts of a build whose worker was lost. The engine of this worker outlives the process: it may
 * have finished, and only the word of it was lost. An attempt that begins asks it first, under its own token and epoch; of
 * the earlier one it uses nothing but the reference.
 */
export class EarlierAttempts {
  constructor(
    private readonly attempts: Pick<AttemptRepository, 'lostHere' | 'adoptCacheRead'>,
    private readonly engine: Pick<Engine, 'find' | 'takeOver'>,
    private readonly options: EarlierAttemptsOptions,
  ) {}

  /**
   * The outcome of an earlier attempt, or null when the build is to be run. Waits for one that still runs: two never run side
   * by side. @throws {BuildFailure} also the failure of an earlier attempt that was the build's own fault
   */
  async result(taking: TakingOver): Promise<BuildOutcome | null> {
    const { attempt, request, emit, signal, logger } = taking;
    if (attempt.number === 1 || !this.engine.takeOver) return null;
    const { workerName } = this.options;
    for (const id of await outlast(() => this.attempts.lostHere(attempt, workerName), logger, signal)) {
      const earlier = engineReference(id);
      const fate = await this.ended(earlier, signal);
      logger.info({ earlier: id, fate: fate.state }, 'the engine was asked what became of an earlier attempt');
      if (fate.state === 'unknown') continue;
      // It was made from what that attempt had read of the definition, and this one has read it anew: the provenance says the latter.
      if (attempt.build.definition !== null) return null;
      if (fate.state === 'succeeded' && !(fate.digest && (await this.isWhole(taking, fate.digest)))) return null;
      // What it came to it came to with that cache; a build that runs after all says its own.
      await outlast(() => this.attempts.adoptCacheRead(attempt, id), logger, signal);
      const outcome = await this.engine.takeOver(earlier, request, emit, signal);
      if (outcome) await emit(takenOver);
      return outcome;
    }
    return null;
  }

  /** @throws the signal's reason. Whether it ends is asked on all the same: an engine that goes on with it has to end. */
  private async ended(reference: string, signal: AbortSignal): Promise<BuildFate> {
    const givenUp = Promise.withResolvers<never>();
    const giveUp = () => givenUp.reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    const ended = this.fateOf(reference, signal);
    const late = setTimeout(() => this.options.onRunawayWork({ ended }), endsWithinMs).unref();
    const over = () => clearTimeout(late);
    ended.then(over, over);
    try {
      return await Promise.race([ended, givenUp.promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  private async fateOf(reference: string, signal: AbortSignal): Promise<BuildFate> {
    for (let looksAlone = 0; ; ) {
      const fate = await this.engine.find(reference);
      if (fate.state !== 'running') return fate;
      // An engine that nobody can end is not asked for ever.
      if (signal.aborted && ++looksAlone > mostLooksAlone) return fate;
      await new Promise<void>((resolve) => setTimeout(resolve, lookMs).unref());
    }
  }

  /** Whether everything of an image is in the staging repository. What is missing is pushed by running the build: from the cache. */
  private async isWhole({ attempt, request, signal, logger }: TakingOver, digest: Digest): Promise<boolean> {
    const repository = stagingRepository(attempt.build.projectId, attempt.build.zone);
    try {
      const client = attemptRegistry(this.options.registry, request.registryAuth);
      const { blobs } = await readImageParts(client, repository, digest, { signal });
      const sizes = await inParallel(blobs, parallelHeads, (blob) =>
        client.blobs.size(repository, blob.digest, { signal }),
      );
      return sizes.every((size) => size !== null);
    } catch (error) {
      if (!isRegistryError(error)) throw error;
      logger.warn({ err: error }, 'the image of an earlier attempt could not be looked at');
      return false;
    }
  }
}
