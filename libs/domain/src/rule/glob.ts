import { GlobAutomaton } from './glob-automaton.js';
import { MatchWork } from './match-work.js';

/**
 * Our own glob matcher for refs and paths, because the patterns are strangers' text: the time that it takes grows with
 * the length of the text and nothing else, whatever the pattern is (no backtracking; patterns are bounded).
 *
 * `*` matches any run of characters except `/`, `**` any run at all, `?` one character except `/`. `**` followed by a
 * slash at a segment's start also matches nothing, so that `a/(**)/b` matches `a/b`. Everything else matches itself,
 * upper and lower case apart. The whole text must match.
 */
export const maxGlobLength = 512;

export function isGlob(pattern: string): boolean {
  return pattern.length > 0 && pattern.length <= maxGlobLength && !/[\0-\x1f\x7f]/.test(pattern);
}

export function matchesGlob(pattern: string, text: string): boolean {
  return compileGlob(pattern)(text);
}

/**
 * A matcher for many texts. A pattern that `isGlob` refuses matches nothing.
 * @param work what it may cost, with all others that are given it
 * @returns throws `TooMuchWork` beyond that
 */
export function compileGlob(pattern: string, work = MatchWork.unbounded()): (text: string) => boolean {
  if (!isGlob(pattern)) return () => false;
  const [start, end] = [fixedStart(pattern), fixedEnd(pattern)];
  if (start.length === pattern.length) {
    return (text) => {
      work.spend(1);
      return text === pattern;
    };
  }
  // Most texts are turned down by what every match starts and ends with.
  let automaton: GlobAutomaton | undefined;
  return (text) => {
    work.spend(4);
    if (!text.startsWith(start) || !text.endsWith(end)) return false;
    automaton ??= made(pattern, work);
    return automaton.accepts(text, work);
  };
}

/** For each character of a pattern. */
const stepsToMake = 64;

function made(pattern: string, work: MatchWork): GlobAutomaton {
  work.spend(pattern.length * stepsToMake);
  return new GlobAutomaton(pattern);
}

export function fixedStart(pattern: string): string {
  const at = pattern.search(/[*?]/);
  return at === -1 ? pattern : pattern.slice(0, at);
}

/** What stands behind the last wildcard. Behind `**` its slash may be missing in the text. */
function fixedEnd(pattern: string): string {
  const at = Math.max(pattern.lastIndexOf('*'), pattern.lastIndexOf('?')) + 1;
  return pattern.slice(pattern[at - 1] === '*' && pattern[at] === '/' ? at + 1 : at);
}
