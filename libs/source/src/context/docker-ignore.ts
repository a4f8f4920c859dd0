import { posix } from 'node:path';
import { BuildFailure } from '@cooperage/domain';
import { IgnorePattern, IgnoreTooCostly, type WorkBudget } from './ignore-pattern.js';

const maxPatterns = 1_000;
const maxPatternChars = 1_024;
/** Together for one context: a few seconds of work, in small pieces. */
const defaultMaxSteps = 50_000_000;
/** For one path, which is one piece: a fraction of a second. */
const maxStepsPerPath = 2_000_000;

/** For each pattern whether it matched the folder; what a folder's own entries start from. */
export type FolderMatches = readonly boolean[];

export interface Verdict {
  readonly isIgnored: boolean;
  readonly matches: FolderMatches;
}

/**
 * The rules of one `.dockerignore` file, as BuildKit applies them while it walks a context: comments only in the first
 * column, a leading slash changes nothing, `!` takes back, the last match wins, and what matches a folder matches all
 * that is in it.
 */
export class DockerIgnore {
  readonly #patterns: readonly IgnorePattern[];
  #stepsLeft: number;
  readonly #file: string;

  private constructor(
    patterns: readonly IgnorePattern[],
    file: string,
    maxSteps: number,
    /** As written: equal texts leave out the same. */
    readonly text: string,
  ) {
    this.#patterns = patterns;
    this.#stepsLeft = maxSteps;
    this.#file = file;
  }

  static readonly none = new DockerIgnore([], '.dockerignore', 0, '');

  /**
   * @param file path in the repository, for messages.
   * @throws {BuildFailure} `InvalidBuildConfig` with the line of a pattern that Docker refuses, or beyond our limits.
   */
  static parse(text: string, file: string, maxSteps = defaultMaxSteps): DockerIgnore {
    const patterns: IgnorePattern[] = [];
    text
      .replace(/^\ufeff/, '')
      .split('\n')
      .forEach((line, index) => {
        const pattern = parseLine(line, file, index + 1);
        if (pattern) patterns.push(pattern);
      });
    if (patterns.length > maxPatterns)
      throw new BuildFailure('InvalidBuildConfig', `${file} has more than ${maxPatterns} patterns.`, {
        place: { file },
      });
    return new DockerIgnore(patterns, file, maxSteps, text);
  }

  /** Whether a folder that is ignored is ignored with everything in it, so that nobody needs to look there. */
  get hasExceptions(): boolean {
    return this.#patterns.some((pattern) => pattern.isException);
  }

  /**
   * @param path slash-separated, relative to the context.
   * @param folder what was said of the folder that holds it; undefined in the context's root.
   * @throws {BuildFailure} `InvalidBuildConfig` when the patterns take too much work on this context.
   */
  judge(path: string, folder: FolderMatches | undefined): Verdict {
    const allowed = Math.min(this.#stepsLeft, maxStepsPerPath);
    const budget: WorkBudget = { stepsLeft: allowed };
    let isIgnored = false;
    const matches = this.#patterns.map((pattern, index) => {
      // A pattern that could not change the verdict is not tried: then its folder's answer stays "no" below, too.
      const isMatch = folder?.[index] || (pattern.isException === isIgnored && this.#try(pattern, path, budget));
      if (isMatch) isIgnored = !pattern.isException;
      return isMatch;
    });
    this.#stepsLeft -= allowed - budget.stepsLeft;
    return { isIgnored, matches };
  }

  #try(pattern: IgnorePattern, path: string, budget: WorkBudget): boolean {
    try {
      return pattern.matches(path, budget);
    } catch (error) {
      if (!(error instanceof IgnoreTooCostly)) throw error;
      throw new BuildFailure(
        'InvalidBuildConfig',
        `The patterns of ${this.#file} take too much work on this context.`,
        {
          place: { file: this.#file },
        },
      );
    }
  }
}

/** moby/patternmatcher `ignorefile.ReadAll` and `New`, line by line. */
function parseLine(line: string, file: string, number: number): IgnorePattern | undefined {
  if (line.startsWith('#')) return undefined;
  const text = line.trim();
  if (text === '') return undefined;
  const isException = text.startsWith('!');
  const pattern = cleaned(isException ? text.slice(1).trim() : text);
  try {
    if (pattern === '') throw new TypeError('there is no pattern behind the exclamation mark');
    if (pattern.length > maxPatternChars) throw new TypeError(`a pattern has at most ${maxPatternChars} characters`);
    return new IgnorePattern(pattern, isException);
  } catch (error) {
    const message = `${file}, line ${number}: ${(error as Error).message}.`;
    throw new BuildFailure('InvalidBuildConfig', message, { place: { file, line: number }, cause: error });
  }
}

/** Go's `filepath.Clean`, then without the leading slash. */
function cleaned(pattern: string): string {
  if (pattern === '') return '';
  const clean = posix.normalize(pattern).replace(/(?<=.)\/$/, '');
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
}
