/**
 * Our own glob matcher for refs and paths, because the patterns are strangers' text: it runs in time proportional to
 * pattern length x text length, whatever the pattern is (no backtracking).
 *
 * `*` matches any run of characters except `/`, `**` any run at all, `?` one character except `/`. `**` followed by a
 * slash at a segment's start also matches nothing, so that `a/(**)/b` matches `a/b`. Everything else matches itself.
 */
type Token =
  | { readonly kind: 'char'; readonly value: string }
  | { readonly kind: 'one' | 'many' | 'any' }
  /** `**` + slash, entered: skip to the token after `inside`, or go into it. */
  | { readonly kind: 'maybeFolders' }
  /** Inside a folder name: left only behind its slash. */
  | { readonly kind: 'insideFolders' };

export const maxGlobLength = 512;

export function isGlob(pattern: string): boolean {
  return pattern.length > 0 && pattern.length <= maxGlobLength && !/[\0-\x1f\x7f]/.test(pattern);
}

export function matchesGlob(pattern: string, text: string): boolean {
  const tokens = tokenize(pattern);
  // The set of token positions reached so far: a simulated automaton, one pass over the text.
  let states = closure(tokens, new Set([0]));
  for (const char of text) {
    states = closure(tokens, step(tokens, states, char));
    if (states.size === 0) return false;
  }
  return states.has(tokens.length);
}

function tokenize(pattern: string): Token[] {
  const chars = [...pattern];
  const tokens: Token[] = [];
  for (let i = 0; i < chars.length; i++) {
    const atSegmentStart = i === 0 || chars[i - 1] === '/';
    if (chars[i] === '*' && chars[i + 1] === '*') {
      while (chars[i + 1] === '*') i++;
      if (atSegmentStart && chars[i + 1] === '/') {
        i++;
        tokens.push({ kind: 'maybeFolders' }, { kind: 'insideFolders' });
      } else tokens.push({ kind: 'any' });
    } else if (chars[i] === '*') tokens.push({ kind: 'many' });
    else if (chars[i] === '?') tokens.push({ kind: 'one' });
    else tokens.push({ kind: 'char', value: chars[i]! });
  }
  return tokens;
}

/** Adds what can be reached without reading a character. */
function closure(tokens: readonly Token[], states: Set<number>): Set<number> {
  for (const state of states) {
    const kind = tokens[state]?.kind;
    if (kind === 'many' || kind === 'any') states.add(state + 1);
    if (kind === 'maybeFolders') states.add(state + 1).add(state + 2);
  }
  return states;
}

function step(tokens: readonly Token[], states: ReadonlySet<number>, char: string): Set<number> {
  const next = new Set<number>();
  for (const state of states) {
    const token = tokens[state];
    if (token === undefined || token.kind === 'maybeFolders') continue;
    if (token.kind === 'char') {
      if (token.value === char) next.add(state + 1);
    } else if (token.kind === 'one') {
      if (char !== '/') next.add(state + 1);
    } else if (token.kind === 'many') {
      if (char !== '/') next.add(state);
    } else {
      next.add(state);
      if (token.kind === 'insideFolders' && char === '/') next.add(state + 1);
    }
  }
  return next;
}
