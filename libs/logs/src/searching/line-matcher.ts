import type { Sliced } from '@cooperage/domain';
import { RE2JS, RE2JSException } from 're2js';
import { writtenOut } from './expression-size.js';

export interface LogQuery {
  /** Text, or a regular expression in RE2's syntax: no backward references, no looking around, time linear in the line. */
  readonly text: string;
  readonly isRegex: boolean;
  readonly matchCase: boolean;
}

/** The pattern is none, or costs too much. The message says why, and holds nothing but the pattern and the reason. */
export class InvalidPatternError extends Error {}

/** Most instructions of a compiled expression. Each may have to look at each character of the log. */
const mostInstructions = 500;
/** Of a line, instructions times characters: the engine reads a line in one piece, some milliseconds long. */
const mostStepsPerLine = 200_000;
const stepsPerSlice = 50_000;

/** Which lines are found. Whole blocks of lines are asked where it is quicker than line by line. */
export interface LineMatcher {
  matches(line: string): boolean;
  /**
   * Calls back with the index of each line found in `block`, whose every line ends in a line feed.
   * @returns how many lines the block has
   */
  findIn(block: string, found: (index: number) => void): Sliced<number>;
}

/**
 * @param cut is called for each line that is too long for the expression: only its beginning is looked at
 * @throws {InvalidPatternError}
 */
export function lineMatcher(query: LogQuery, cut: () => void): LineMatcher {
  return query.isRegex ? new RegexMatcher(compile(query), cut) : new TextMatcher(query.text, query.matchCase);
}

function compile({ text, matchCase }: LogQuery): RE2JS {
  if (writtenOut(text) > mostInstructions) throw tooLarge();
  try {
    const expression = RE2JS.compile(text, matchCase ? 0 : RE2JS.CASE_INSENSITIVE);
    if (expression.programSize() > mostInstructions) throw tooLarge();
    return expression;
  } catch (error) {
    if (error instanceof RE2JSException) throw new InvalidPatternError(error.message, { cause: error });
    throw error;
  }
}

function tooLarge(): InvalidPatternError {
  return new InvalidPatternError(
    `the expression is too large: with its counts written out it may have at most ${mostInstructions} positions. Use smaller counts in braces, or none`,
  );
}

class RegexMatcher implements LineMatcher {
  private readonly size: number;
  private readonly longestLine: number;

  constructor(
    private readonly regex: RE2JS,
    private readonly cut: () => void,
  ) {
    this.size = regex.programSize();
    this.longestLine = Math.floor(mostStepsPerLine / this.size);
  }

  matches(line: string): boolean {
    if (line.length <= this.longestLine) return this.regex.test(line);
    this.cut();
    return this.regex.test(line.slice(0, this.longestLine));
  }

  *findIn(block: string, found: (index: number) => void): Sliced<number> {
    let index = 0;
    let steps = 0;
    for (let start = 0, end = 0; start < block.length; start = end + 1, index++) {
      end = block.indexOf('\n', start);
      if (this.matches(block.slice(start, end))) found(index);
      steps += (end - start + 1) * this.size;
      if (steps < stepsPerSlice) continue;
      steps = 0;
      yield;
    }
    return index;
  }
}

class TextMatcher implements LineMatcher {
  private readonly text: string;

  constructor(
    text: string,
    private readonly matchCase: boolean,
  ) {
    this.text = matchCase ? text : text.toLowerCase();
  }

  matches(line: string): boolean {
    return this.folded(line).includes(this.text);
  }

  // biome-ignore lint/correctness/useYield: a chunk is read in less than a millisecond
  *findIn(block: string, found: (index: number) => void): Sliced<number> {
    const text = this.folded(block);
    let index = 0;
    let lineStart = 0;
    for (let at = text.indexOf(this.text); at !== -1; at = text.indexOf(this.text, lineStart)) {
      for (let end = text.indexOf('\n', lineStart); end < at; end = text.indexOf('\n', lineStart)) {
        index++;
        lineStart = end + 1;
      }
      found(index++);
      lineStart = text.indexOf('\n', at) + 1;
    }
    for (let end = text.indexOf('\n', lineStart); end !== -1; end = text.indexOf('\n', end + 1)) index++;
    return index;
  }

  private folded(text: string): string {
    return this.matchCase ? text : text.toLowerCase();
  }
}
