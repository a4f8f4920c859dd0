import type { EvaluationRepository, EvaluationResult, EvaluationSubject, OutboxItem } from '@cooperage/db';
import { BuildFailure, failureEntry, parseRef, zoneOf } from '@cooperage/domain';
import type { RemoteRefs, Source, SourceProject } from '@cooperage/source';
import type { Logger } from '@cooperage/telemetry';
import type { SourceProjects } from '../../shared/source-projects.js';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { judgeRules } from './judge-rules.js';
import { type Ask, askOf } from './trigger-of.js';

/** Pauses between tries while the git host does not answer: five tries in two minutes. */
const retryPausesMs = [2_000, 8_000, 30_000, 80_000];

/** What a delivery points at, read from the git host itself. */
interface Head {
  readonly ref: string;
  readonly commit: string;
  readonly defaultBranch: string;
  readonly late: boolean;
}

/** Turns a delivery into verdicts and builds. What the webhook says is a hint; the git host's word counts. */
export class EvaluateService {
  constructor(
    private readonly evaluations: EvaluationRepository,
    private readonly source: Source,
    private readonly sourceProjects: SourceProjects,
    private readonly logger: Logger,
  ) {}

  async handle(item: OutboxItem): Promise<HandlerResult> {
    const subject = await this.evaluations.load(item.subjectId);
    if (!subject) return done;
    try {
      return await this.evaluate(subject);
    } catch (error) {
      if (!(error instanceof BuildFailure)) throw error;
      return this.giveUpOrRetry(subject, error);
    }
  }

  private async evaluate(subject: EvaluationSubject): Promise<HandlerResult> {
    const project = this.sourceProjects.of(subject.project);
    const head = await this.readHead(subject, project);
    if (head === null) {
      await this.evaluations.markNothing(
        subject.deliveryId,
        `${subject.ref ?? 'The ref'} is not at the git host any more.`,
      );
      return done;
    }
    const result = await this.judge(subject, project, head, askOf(subject));
    const outcome = await this.evaluations.commit(subject, result);
    if (outcome.ok) {
      this.logger.info(
        { deliveryId: subject.deliveryId, builds: outcome.builds.map((build) => build.id) },
        'evaluated',
      );
      return done;
    }
    // Another delivery of this project was evaluated meanwhile: what was read may be old, so it is read again.
    return outcome.reason === 'changed' ? later(0, 'another evaluation was quicker') : done;
  }

  /** The commit to build: the delivery's own where it is still there, else the remote's head of its ref. */
  private async readHead(subject: EvaluationSubject, project: SourceProject): Promise<Head | null> {
    const { ref } = subject;
    if (ref === null || parseRef(ref) === null) return null;
    const refs = await this.source.refs(project);
    const remote = refs.commits.get(ref);
    if (remote === undefined) return null;
    // A tag's `after` may name a tag object: what counts is the commit behind it.
    const commit = parseRef(ref)?.kind === 'tag' ? remote : (subject.after ?? remote);
    return {
      ref,
      commit,
      defaultBranch: defaultBranchOf(refs, ref),
      late: await this.isLate(subject, project, ref, commit, remote),
    };
  }

  /** A commit that is behind a head already evaluated for its ref. The remote's own head never is: a force push may go back. */
  private async isLate(
    subject: EvaluationSubject,
    project: SourceProject,
    ref: string,
    commit: string,
    remote: string,
  ): Promise<boolean> {
    if (commit === remote) return false;
    const evaluated = await this.evaluations.head(subject.project.id, ref);
    if (evaluated === null || evaluated === commit) return false;
    return (await this.source.isAncestor(project, commit, evaluated)) ?? false;
  }

  private async judge(
    subject: EvaluationSubject,
    project: SourceProject,
    head: Head,
    ask: Ask,
  ): Promise<EvaluationResult> {
    const { ref, commit, defaultBranch, late } = head;
    const facts = await this.source.prepare(project, { ref, commit });
    const changedPaths = await this.changedPaths(subject, project, head);
    const newestBuilt = await this.evaluations.newestBuiltCommits(subject.project.id, ref);
    return {
      ref,
      commit,
      commitSubject: facts.subject,
      commitAuthor: facts.authorName,
      commitTime: facts.committedAtSeconds,
      defaultBranch,
      late,
      zone: zoneOf({ ref, defaultBranch, fromFork: false }),
      verdicts: judgeRules(subject.rules, { ref, commit, defaultBranch, changedPaths }, ask, newestBuilt),
      trigger: ask.trigger,
      triggeredBy: ask.triggeredBy,
    };
  }

  /** Null where no rule looks at paths or there is nothing to compare with. */
  private async changedPaths(
    subject: EvaluationSubject,
    project: SourceProject,
    head: Head,
  ): Promise<readonly string[] | null> {
    if (!subject.rules.some((rule) => rule.includePaths.length > 0 || rule.excludePaths.length > 0)) return null;
    const before = await this.evaluations.head(subject.project.id, head.ref);
    if (before === null) return null;
    return this.source.changedPaths(project, before, head.commit);
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

/** A remote without a readable HEAD still has a branch that was just pushed. */
function defaultBranchOf(refs: RemoteRefs, ref: string): string {
  return parseRef(refs.defaultBranch ?? ref)?.name ?? 'main';
}
