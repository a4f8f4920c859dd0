import type { EvaluationRepository, EvaluationSubject } from '@cooperage/db';
import { BuildFailure, parseRef } from '@cooperage/domain';
import type { CommitFacts, RemoteRefs, Source, SourceProject } from '@cooperage/source';

/** What a delivery points at, read from the git host itself. */
export interface Head {
  readonly ref: string;
  readonly commit: string;
  readonly defaultBranch: string;
  /** Behind a head that was evaluated before: its builds move no tag. */
  readonly late: boolean;
  readonly facts: CommitFacts;
  /** Null where no rule looks at paths or there is nothing to compare with. */
  readonly changedPaths: readonly string[] | null;
}

/** Reads the head of a delivery. Every method throws `BuildFailure` for what the git host says or does not say. */
export class ReadHead {
  constructor(
    private readonly evaluations: Pick<EvaluationRepository, 'head'>,
    private readonly source: Pick<Source, 'refs' | 'prepare' | 'isAncestor' | 'changedPaths'>,
  ) {}

  /** Null when the ref is not there (any more). */
  async of(subject: EvaluationSubject, project: SourceProject): Promise<Head | null> {
    const kind = subject.ref === null ? undefined : parseRef(subject.ref)?.kind;
    if (subject.ref === null || kind === undefined) return null;
    const { ref } = subject;
    // A tag's `after` may name a tag object: what counts is the commit behind it.
    const named = kind === 'tag' ? null : subject.after;
    const { refs, facts } = await this.ask(project, ref, named);
    const remote = refs.commits.get(ref);
    if (remote === undefined) return null;
    const commit = named ?? remote;
    return {
      ref,
      commit,
      defaultBranch: defaultBranchOf(refs, ref),
      facts: facts ? await facts : await this.source.prepare(project, { ref, commit }),
      late: await this.isLate(subject, project, ref, commit, remote),
      changedPaths: await this.changedPaths(subject, project, ref, commit),
    };
  }

  /** The refs, and at the same time the commit that the delivery names: two connections that need not wait for each other. */
  private async ask(
    project: SourceProject,
    ref: string,
    commit: string | null,
  ): Promise<{ refs: RemoteRefs; facts: Promise<CommitFacts> | null }> {
    const unwanted = new AbortController();
    const facts = commit === null ? null : this.source.prepare(project, { ref, commit }, unwanted.signal);
    // Whoever wants the commit hears of its failure; a ref that is gone makes both without interest.
    facts?.catch(() => undefined);
    try {
      const refs = await this.source.refs(project);
      if (!refs.commits.has(ref)) unwanted.abort();
      return { refs, facts };
    } catch (error) {
      unwanted.abort();
      throw error;
    }
  }

  /**
   * A commit that is behind a head already evaluated for its ref. The remote's own head never is: a force push may go back.
   * Where the history is too long to tell, it counts as late: the head itself comes with a delivery of its own.
   */
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
    return (await this.source.isAncestor(project, commit, evaluated)) ?? true;
  }

  private async changedPaths(
    subject: EvaluationSubject,
    project: SourceProject,
    ref: string,
    commit: string,
  ): Promise<readonly string[] | null> {
    if (!subject.rules.some((rule) => rule.includePaths.length > 0 || rule.excludePaths.length > 0)) return null;
    const before = await this.evaluations.head(subject.project.id, ref);
    if (before === null) return null;
    try {
      return await this.source.changedPaths(project, before, commit);
    } catch (error) {
      // The commit itself is at hand, so it is the older head that a force push has taken away.
      if (error instanceof BuildFailure && error.code === 'RefNotFound') return null;
      throw error;
    }
  }
}

/** A remote without a readable HEAD still has a branch that was just pushed. */
function defaultBranchOf(refs: RemoteRefs, ref: string): string {
  return parseRef(refs.defaultBranch ?? ref)?.name ?? 'main';
}
