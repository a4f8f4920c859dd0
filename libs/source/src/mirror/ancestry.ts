const maxAnswers = 1_000;

/**
 * Remembers which commits are ancestors of which. An id names a commit with all that is behind it, so an answer never changes. After
 * an outage a git host delivers the same pushes many times, and each question costs two or three starts of git.
 */
export class Ancestry {
  readonly #answers = new Map<string, boolean>();

  /** @param ask gives undefined where it cannot tell, which is asked again the next time */
  async of(
    ancestor: string,
    descendant: string,
    ask: () => Promise<boolean | undefined>,
  ): Promise<boolean | undefined> {
    const question = `${ancestor} ${descendant}`;
    const answer = this.#answers.get(question) ?? (await ask());
    if (answer === undefined) return undefined;
    this.#answers.delete(question);
    this.#answers.set(question, answer);
    if (this.#answers.size > maxAnswers) this.#answers.delete(this.#answers.keys().next().value!);
    return answer;
  }
}
