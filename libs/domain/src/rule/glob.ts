import { acceptsText, tokenizeGlob } from './glob-automaton.js';

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

/** A matcher for many texts. A pattern that `isGlob` refuses matches nothing. */
export function compileGlob(pattern: string): (text: string) => boolean {
  if (!isGlob(pattern)) return () => false;
  const tokens = tokenizeGlob(pattern);
  return (text) => acceptsText(tokens, text);
}
