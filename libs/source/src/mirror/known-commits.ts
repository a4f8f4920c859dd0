import type { CommitFacts } from '../objects/commit-object.js';

const mostKept = 4;
/** What is made of a commit may keep all of its text in memory. */
const mostBytes = 4_096;

/**
 * The facts of the commits of one mirror that were read last. An id names its commit for ever. A burst of deliveries comes back to each of
 * its projects once it was at all others, and each look would start a git of its own: few readers wait for questions.
 */
export class KnownCommits {
  readonly #facts = new Map<string, CommitFacts>();

  get(commit: string): CommitFacts | undefined {
    return this.#facts.get(commit);
  }

  /** @param bytes of the commit; a large one is read anew each time */
  note(facts: CommitFacts, bytes: number): void {
    if (bytes > mostBytes) return;
    this.#facts.delete(facts.commit);
    this.#facts.set(facts.commit, facts);
    if (this.#facts.size > mostKept) this.#facts.delete(this.#facts.keys().next().value!);
  }
}
