import type { EvaluatedHead, EvaluationRepository, EvaluationSubject } from '@cooperage/db';
import { BuildFailure, bothChanged, type ChangedPaths, type NoBuildReason, parseRef } from '@cooperage/domain';
import type { CommitFacts, RemoteRefs, Source, SourceProject } from '@cooperage/source';
import { SharedRefs } from './shared-refs.js';

/** What a delivery points at, read from the git host itself. */
export interface Head {
  readonly ref: string;
  readonly commit: string;
  /** The head of the ref at the git host: the commit, or one that stands on it. */
  readonly observed: string;
  /** Short name; null where neither the git host nor the project names one. */
  readonly defaultBranch: string | null;
  /** Behind a head that was evaluated before: its builds move no tag. */
  readonly late: boolean;
  /** The head that was evaluated before is not behind this one: it was pushed away. */
  readonly rewrites: boolean;
  /** Rules have judged this very head, and nothing else was evaluated since. Anything else is no repeated push, whatever was built last (R21A-6). */
  readonly repeats: boolean;
  readonly facts: CommitFacts;
  /** Null where no rule looks at paths or there is nothing to compare with. */
  readonly changedPaths: ChangedPaths;
}

/** Why a delivery leads to no commit. */
export interface NoHead {
  readonly nothing: NoBuildReason;
  /** The git host may not have its own push yet: it is asked again before the delivery ends without a build. */
  readonly mayFollow: boolean;
}

const noHead = (nothing: NoBuildReason): NoHead => ({ nothing, mayFollow: false });

/** Reads the head of a delivery. Every method throws `BuildFailure` for what the git host says or does not say. */
export class ReadHead {
  private readonly shared: SharedRefs;

  constructor(
    private readonly evaluations: Pick<EvaluationRepository, 'head'>,
    private readonly source: Pick<Source, 'refs' | 'prepare' | 'isAncestor' | 'changedPaths' | 'fullDisk'>,
  ) {
    this.shared = new SharedRefs(source);
  }

  /** Why no delivery is looked at now: the disk of the mirrors is short. Null where there is room. */
  async shortage(): Promise<string | null> {
    return (await this.source.fullDisk())?.message ?? null;
  }

  /**
   * @param since when the delivery could be taken: what the git host said after that counts. Now by default.
   * @param until nothing is fetched or asked any further once it is aborted
   */
  async of(
    subject: EvaluationSubject,
    project: SourceProject,
    since = Number.POSITIVE_INFINITY,
    until?: AbortSignal,
  ): Promise<Head | NoHead> {
    const kind = subject.ref === null ? undefined : parseRef(subject.ref)?.kind;
    if (subject.ref === null || kind === undefined) return noHead('no_ref');
    const { ref } = subject;
    // A tag's `after` may name a tag object: what counts is the commit behind it.
    const named = kind === 'tag' ? null : subject.after;
    const unwanted = new AbortController();
    const signal = until ? AbortSignal.any([unwanted.signal, until]) : unwanted.signal;
    try {
      const { observed, defaultBranch, facts } = await this.ask(subject, project, named, since, signal);
      if (observed === undefined) return { nothing: 'ref_gone', mayFollow: isPushOfCommit(subject) };
      const commit = named ?? observed;
      const before = await this.evaluations.head(subject.project.id, ref);
      const nothing = await this.refuse({ subject, project, commit, observed, before, signal });
      if (nothing) return nothing;
      const known = await (facts ?? this.source.prepare(project, { ref, commit }, signal));
      return {
        ...{ ref, commit, observed, facts: known, repeats: isSettled(before, commit) },
        ...(await this.orderOf(project, commit, observed, before, signal)),
        defaultBranch,
        changedPaths: await this.changedPaths(subject, project, commit, before, signal),
      };
    } finally {
      // A commit that nobody wants (any more) is not fetched any further.
      unwanted.abort();
    }
  }

  /**
   * The refs, and at the same time the commit that the delivery names: two connections that need not wait for each other.
   * Only what is wanted of the refs is kept: the fetch may take minutes, and a list of refs takes megabytes.
   */
  private async ask(
    subject: EvaluationSubject,
    project: SourceProject,
    commit: string | null,
    since: number,
    signal: AbortSignal,
  ): Promise<{ observed: string | undefined; defaultBranch: string | null; facts: Promise<CommitFacts> | null }> {
    const ref = subject.ref!;
    const facts = commit === null ? null : this.source.prepare(project, { ref, commit }, signal);
    // Whoever wants the commit hears of its failure; a ref that is gone makes both without interest.
    facts?.catch(() => undefined);
    const refs = await this.shared.refs(project, since);
    const defaultBranch = defaultBranchOf(refs, subject.project.defaultBranch);
    return { observed: refs.commits.get(ref), defaultBranch, facts };
  }

  /**
   * What a delivery says is a hint. A commit is built for a ref only where the git host has it there: the head, or one
   * behind it. A body that came before shows nothing new unless the git host has a head that no rule has judged (R21A-7).
   */
  private async refuse({ subject, project, commit, observed, before, signal }: Question): Promise<NoHead | null> {
    if (subject.sameBodyAs !== null && (commit !== observed || isSettled(before, observed))) return noHead('replayed');
    if (commit === observed) return null;
    const isOnRef = await this.source.isAncestor(project, commit, observed, signal);
    if (isOnRef === undefined) return noHead('history_too_long');
    // Two pushes may come while the host still shows the head before both, so `before` does not tell. A person gets the
    // answer at once.
    return isOnRef ? null : { nothing: 'commit_not_on_ref', mayFollow: subject.eventName !== 'manual' };
  }

  /**
   * Where the commit stands to the head that was evaluated last. The remote's own head is never late, a force push may go back, and it alone
   * can have been rewritten. Any other commit is late unless it is that head or ahead of it. So one of a branch that was merged moves no tags before
   * the delivery of the merge (R21A-4), and none of a ref that nobody evaluated does (R24B-3). Where the history is too long to tell it is late too:
   * the head comes with a delivery of its own.
   */
  private async orderOf(
    project: SourceProject,
    commit: string,
    observed: string,
    before: EvaluatedHead | null,
    signal: AbortSignal,
  ): Promise<Pick<Head, 'late' | 'rewrites'>> {
    if (before === null) return { late: commit !== observed, rewrites: false };
    if (before.commit === commit) return { late: false, rewrites: false };
    // The host may have the older head no more, and is not asked for it (R21A-5).
    const isAhead = (await this.source.isAncestor(project, before.commit, commit, signal)) === true;
    return commit === observed ? { late: false, rewrites: !isAhead } : { late: !isAhead, rewrites: false };
  }

  private async changedPaths(
    { rules }: EvaluationSubject,
    project: SourceProject,
    commit: string,
    before: EvaluatedHead | null,
    signal: AbortSignal,
  ): Promise<ChangedPaths> {
    if (!rules.some((rule) => rule.includePaths.length > 0 || rule.excludePaths.length > 0)) return null;
    if (!before || before.judgedCommit === null) return null;
    try {
      const sinceJudged = await this.source.changedPaths(project, before.judgedCommit, commit, signal);
      if (before.commit === before.judgedCommit) return sinceJudged;
      // A start by hand may have moved tags, so what it has built counts beside what rules have judged (R21F-3).
      return bothChanged(sinceJudged, await this.source.changedPaths(project, before.commit, commit, signal));
    } catch (error) {
      // The commit itself is at hand, so it is the older head that a force push has taken away.
      if (error instanceof BuildFailure && error.code === 'RefNotFound') return null;
      throw error;
    }
  }
}

/** Rules have judged this commit, and it is what was evaluated last: a start by hand moves the head, and judges nothing (R21F-2). */
function isSettled(before: EvaluatedHead | null, commit: string): boolean {
  return before?.commit === commit && before.judgedCommit === commit;
}

/** What a push creates the host may show later than it delivers the push. A person gets the answer at once. */
function isPushOfCommit({ eventName, replayOf, after }: EvaluationSubject): boolean {
  return eventName !== 'manual' && replayOf === null && after !== null;
}

interface Question {
  readonly subject: EvaluationSubject;
  readonly project: SourceProject;
  readonly commit: string;
  readonly observed: string;
  readonly before: EvaluatedHead | null;
  readonly signal: AbortSignal;
}

/**
 * Without a HEAD that can be read, the project's own; before it has one, the only branch that there is. What was pushed does
 * not say what is the default branch, or every push would be a protected one.
 */
function defaultBranchOf({ defaultBranch, commits }: RemoteRefs, stored: string | null): string | null {
  const named = defaultBranch ? branchName(defaultBranch) : null;
  if (named !== null || stored !== null) return named ?? stored;
  let only: string | undefined;
  for (const ref of commits.keys()) {
    if (!ref.startsWith('refs/heads/')) continue;
    if (only !== undefined) return null;
    only = ref;
  }
  return only === undefined ? null : branchName(only);
}

function branchName(ref: string): string | null {
  const parsed = parseRef(ref);
  return parsed?.kind === 'branch' ? parsed.name : null;
}
