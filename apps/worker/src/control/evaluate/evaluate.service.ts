import {
  type EvaluationRepository,
  type EvaluationResult,
  type EvaluationSubject,
  isDatabaseOutage,
  isStatementTooLong,
  type OutboxItem,
} from '@cooperage/db';
import {
  BuildFailure,
  failureEntry,
  isSameRepository,
  noBuildMessage,
  readableTarget,
  repositoryPath,
  wallVerdicts,
  zoneOf,
} from '@cooperage/domain';
import { orAborted } from '@cooperage/source';
import type { Logger } from '@cooperage/telemetry';
import type { MirrorKeeper } from '../../shared/mirror-keeper.js';
import type { SourceProjects } from '../../shared/source-projects.js';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { GrowingPauses } from './growing-pauses.js';
import { judgeRules } from './judge-rules.js';
import type { NoHead, ReadHead } from './read-head.js';
import { StatementTimeouts } from './statement-timeouts.js';
import { askOf } from './trigger-of.js';

/** Pauses between tries while the git host does not answer: five tries in two minutes. */
const retryPausesMs = [2_000, 8_000, 30_000, 80_000];
/** How often is looked whether a full queue has room. */
const roomPauseMs = 20_000;
/** Tries of what fails for no reason that has a name. A taking that only waited is none. */
const mostTries = 12;
const noRules: ReadonlySet<string> = new Set();

/** What the rules make of a head, before tags of others are taken out. */
type Judged = Omit<EvaluationResult, 'leftOut'>;

/** Turns a delivery into verdicts and builds. What the webhook says is a hint; the git host's word counts. */
export class EvaluateService {
  private readonly timeouts: StatementTimeouts;
  private readonly diskPauses = new GrowingPauses();

  constructor(
    private readonly evaluations: EvaluationRepository,
    private readonly heads: ReadHead,
    private readonly sourceProjects: SourceProjects,
    private readonly mirrors: MirrorKeeper,
    private readonly logger: Logger,
  ) {
    this.timeouts = new StatementTimeouts(evaluations);
  }

  /**
   * Every delivery comes to an end: whatever is thrown, it is tried a bounded number of times and then `failed`. Tries do
   * not count while the database is away, or slow for all deliveries (`StatementTimeouts`), or while control's disk is full.
   */
  async handle(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const deliveryId = item.subjectId;
    const since = this.timeouts.startTry(deliveryId);
    try {
      return await this.look(item, signal);
    } catch (error) {
      if (isStatementTooLong(error) && !(await this.timeouts.countsAsFailure(deliveryId, since))) {
        this.logger.warn(
          { err: error, deliveryId },
          'database is slow for all deliveries, retrying this one without counting the try',
        );
        return later(this.timeouts.pauseMs(deliveryId), 'the database is slow for all deliveries');
      }
      if (isDatabaseOutage(error) || item.failures + 1 < mostTries) throw error;
      this.logger.error({ err: error, deliveryId }, 'an evaluation was given up');
      return this.giveUp(item);
    }
  }

  async giveUp({ subjectId }: Pick<OutboxItem, 'subjectId'>): Promise<HandlerResult> {
    const note = 'The push could not be looked at; the log of control has the details. Replay it later.';
    await this.evaluations.markFailed(subjectId, 'InternalError', note);
    this.timeouts.forget(subjectId);
    return done;
  }

  private async look(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const since = performance.now() - item.dueMs;
    // Its rules are not read and its git host is not asked again while the queue is still full.
    if (await this.evaluations.findsNoRoom(item.subjectId)) {
      await this.evaluations.lookAgain(item.subjectId, roomPauseMs);
      return done;
    }
    // Each try would be a use of its mirror, and what is in use gives no room to anybody (R15B-2).
    const shortage = this.diskPauses.has(item.subjectId) ? await this.heads.shortage() : null;
    if (shortage !== null) return this.waitForDisk(item.subjectId, shortage);
    const subject = await this.evaluations.load(item.subjectId);
    if (!subject) return done;
    const result = await this.evaluateOrFail(subject, since, signal);
    if (result.done) this.timeouts.forget(item.subjectId);
    else this.timeouts.resetPause(item.subjectId);
    return result;
  }

  private async evaluateOrFail(
    subject: EvaluationSubject,
    since: number,
    signal?: AbortSignal,
  ): Promise<HandlerResult> {
    try {
      const result = await this.evaluate(subject, since, signal);
      this.diskPauses.reset(subject.deliveryId);
      return result;
    } catch (error) {
      const shortage = diskShortage(error);
      if (shortage !== null) return this.waitForDisk(subject.deliveryId, shortage);
      if (!(error instanceof BuildFailure)) throw error;
      this.diskPauses.reset(subject.deliveryId);
      return this.giveUpOrRetry(subject, error);
    }
  }

  private async evaluate(subject: EvaluationSubject, since: number, signal?: AbortSignal): Promise<HandlerResult> {
    const { deliveryId } = subject;
    if (!isSameRepository(subject.forge, subject.repository, subject.project))
      return this.endWithoutBuild(subject, { nothing: 'other_repository', mayFollow: false });
    const judged = await this.judge(subject, since, signal);
    if ('nothing' in judged) return this.endWithoutBuild(subject, judged);
    const result = { ...judged, ...(await this.withinWall(subject, judged)) };
    const outcome = await this.evaluations.commit(subject, result);
    if (outcome.ok) {
      this.timeouts.recordSuccess(deliveryId);
      this.logger.info({ deliveryId, builds: outcome.builds.map((build) => build.id) }, 'evaluated');
      return done;
    }
    if (outcome.reason === 'queue_full') return this.waitForRoom(subject, result, outcome.sentence);
    // Another delivery of this project was evaluated meanwhile: what was read may be old, so it is read again.
    return outcome.reason === 'changed' ? later(0, 'another evaluation was quicker') : done;
  }

  /** Done for now: what is promised anew has its tries before it. */
  private async waitForRoom(
    subject: EvaluationSubject,
    result: EvaluationResult,
    full: string,
  ): Promise<HandlerResult> {
    const { deliveryId, eventName, project } = subject;
    const note = `${full} It is built when there is room: that is looked at every ${roomPauseMs / 1000} seconds.`;
    const isNewest = eventName !== 'manual' && result.commit === result.observed;
    const head = isNewest ? { projectId: project.id, ref: result.ref } : null;
    await this.evaluations.waitForRoom(deliveryId, note, roomPauseMs, head);
    this.timeouts.recordSuccess(deliveryId);
    return done;
  }

  /** @returns `later` while the git host may only be slower than its own delivery. */
  private async endWithoutBuild(subject: EvaluationSubject, { nothing, mayFollow }: NoHead): Promise<HandlerResult> {
    const { deliveryId, ref, after, sameBodyAs, repository } = subject;
    const names = {
      repository: repository?.name ?? repository?.addresses[0] ?? `the repository ${repository?.id}`,
      ownRepository: repositoryPath(subject.project.remoteUrl),
    };
    const note = noBuildMessage(nothing, { ref, commit: after, ...names });
    const pauseMs = mayFollow ? retryPausesMs[subject.attempts] : undefined;
    if (pauseMs !== undefined) {
      await this.evaluations.markWaiting(
        deliveryId,
        `The git host does not show the push to ${ref} yet. It is asked again for two minutes.`,
      );
      return later(pauseMs, 'the git host may not have the push yet');
    }
    const replayed = nothing === 'replayed' ? sameBodyAs : null;
    await this.evaluations.markNothing(deliveryId, { reason: nothing, note, sameBodyAs: replayed });
    return done;
  }

  /** The changed paths may take tens of megabytes. Nothing refers to them any more when this has ended. */
  private async judge(subject: EvaluationSubject, since: number, signal?: AbortSignal): Promise<Judged | NoHead> {
    const source = this.sourceProjects.of(subject.project);
    const read = await this.mirrors.using(source, () =>
      orAborted(this.heads.of(subject, source, since, signal), signal),
    );
    if ('nothing' in read) return read;
    const { facts, changedPaths, repeats, ...head } = read;
    const { ref, commit, defaultBranch } = head;
    const ask = askOf(subject);
    const { protectedBranches, protectedTags } = subject.project;
    const protection = { defaultBranch, protectedBranches, protectedTags };
    const zone = zoneOf({ ...protection, ref, fromFork: ask.fromFork });
    // A late head moves no tags, so one that was built stays so (R21F-6).
    const compares = repeats || head.late;
    const haveBuilt = compares ? await this.evaluations.rulesThatBuilt(subject.project, head) : noRules;
    const asSeen = { ref, commit, defaultBranch, changedPaths, zone };
    return {
      ...head,
      commitSubject: facts.subject,
      commitAuthor: facts.authorName,
      commitTime: facts.committedAtSeconds,
      zone,
      targetRef: readableTarget(ask.targetRef, zone, protection),
      verdicts: await judgeRules(subject.rules, asSeen, ask, haveBuilt),
      ...{ trigger: ask.trigger, noCache: ask.noCache },
      triggeredBy: ask.triggeredBy,
    };
  }

  /** What belongs to others is taken out of the verdicts, and said there. */
  private async withinWall(
    { project, rules }: EvaluationSubject,
    { ref, commit, defaultBranch, zone, verdicts }: Judged,
  ): Promise<Pick<EvaluationResult, 'verdicts' | 'leftOut'>> {
    const wanted = zone === 'fork' ? [] : verdicts.flatMap(({ tags }) => tags);
    const held = await this.evaluations.heldTags(project.id, wanted);
    const { protectedBranches, protectedTags } = project;
    const wall = { rules, ref, commit, defaultBranch, protectedBranches, protectedTags, held };
    return wallVerdicts(verdicts, zone, wall);
  }

  /** Builds wait for room on a disk without end, and so do pushes. It says nothing of the git host, so it uses up no try. */
  private async waitForDisk(deliveryId: string, shortage: string): Promise<HandlerResult> {
    const note = `${shortage} The push is looked at again, with pauses of up to three minutes.`;
    await this.evaluations.markDiskFull(deliveryId, note);
    return later(this.diskPauses.next(deliveryId), shortage);
  }

  private async giveUpOrRetry(subject: EvaluationSubject, failure: BuildFailure): Promise<HandlerResult> {
    const pauseMs = failureEntry(failure.code).retryable ? retryPausesMs[subject.attempts] : undefined;
    if (pauseMs === undefined) {
      await this.evaluations.markFailed(subject.deliveryId, failure.code, failure.message);
      return done;
    }
    await this.evaluations.markWaiting(subject.deliveryId, failure.message);
    return later(pauseMs, failure.message);
  }
}

/** @returns for people, why nothing can be written to control's disk; null for any other error */
function diskShortage(error: unknown): string | null {
  if (error instanceof BuildFailure) return error.code === 'DiskFull' ? error.message : null;
  return (error as { code?: unknown } | null)?.code === 'ENOSPC'
    ? 'The commit was not fetched. The disk is full.'
    : null;
}
