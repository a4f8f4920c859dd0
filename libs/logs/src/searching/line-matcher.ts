import { RE2JS, RE2JSException } from 're2js';

export interface LogQuery {
  /** Text, or a regular expression in RE2's syntax: no backward references, no looking around, time linear in the line. */
  readonly text: string;
  readonly isRegex: boolean;
  readonly matchCase: boolean;
}

/** The pattern is none. The message says why, and holds nothing but the pattern and the reason. */
export class InvalidPatternError extends Error {}

/** Which lines are found. Whole blocks of lines are asked where it is quicker than line by line. */
export interface LineMatcher {
  matches(line: string): boolean;
  /**
   * Calls back with the index of each line found in `block`, whose every line ends in a line feed.
   * @returns how many lines the block has
   */
  findIn(block: string, found: (index: number) => void): number;
}

/** @throws {InvalidPatternError} */
export function lineMatcher(query: LogQuery): LineMatcher {
  return query.isRegex ? new RegexMatcher(compile(query)) : new TextMatcher(query.text, query.matchCase);
}

function compile({ text, matchCase }: LogQuery): RE2JS {
  try {
    return RE2JS.compile(text, matchCase ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    if (error instanceof RE2JSException) throw new InvalidPatternError(error.message, { cause: error });
    throw error;
  }
}

class RegexMatcher implements LineMatcher {
  constructor(private readonly regex: RE2JS) {}

  matches(line: string): boolean {
    return this.regex.test(line);
  }

  findIn(block: string, found: (index: number) => void): number {
    let index = 0;
    for (let start = 0, end = 0; start < block.length; start = end + 1, index++) {
      end = block.indexOf('\n', start);
      if (this.regex.test(block.slice(start, end))) found(index);
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

  findIn(block: string, found: (index: number) => void): number {
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
