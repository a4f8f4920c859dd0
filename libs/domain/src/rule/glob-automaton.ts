/** A token is the code point that it matches, or one of these. */
const one = -1;
const many = -2;
const any = -3;
/** `**` + slash, entered: skip to the token after `insideFolders`, or go into it. */
const maybeFolders = -4;
/** Inside a folder name: left only behind its slash. */
const insideFolders = -5;

const slash = 0x2f;

/** A glob as numbers: code points and wildcards. */
export type GlobTokens = ArrayLike<number>;

export function tokenizeGlob(pattern: string): GlobTokens {
  const chars = [...pattern];
  const tokens: number[] = [];
  for (let i = 0; i < chars.length; i++) {
    const atSegmentStart = i === 0 || chars[i - 1] === '/';
    if (chars[i] === '*' && chars[i + 1] === '*') {
      while (chars[i + 1] === '*') i++;
      if (atSegmentStart && chars[i + 1] === '/') {
        i++;
        tokens.push(maybeFolders, insideFolders);
      } else tokens.push(any);
    } else if (chars[i] === '*') tokens.push(many);
    else if (chars[i] === '?') tokens.push(one);
    else tokens.push(chars[i]!.codePointAt(0)!);
  }
  return Int32Array.from(tokens);
}

/**
 * A simulated automaton: one pass over the text with a mark at each token position that is reached so far. Marks are
 * swept in order instead of kept in a set: a sweep of the longest pattern is shorter than a few set operations.
 */
export function acceptsText(tokens: GlobTokens, text: string): boolean {
  let reached = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  reached[0] = 1;
  skipOptional(tokens, reached);
  for (const char of text) {
    next.fill(0);
    if (!readCharacter(tokens, reached, next, char.codePointAt(0)!)) return false;
    skipOptional(tokens, next);
    [reached, next] = [next, reached];
  }
  return reached[tokens.length] === 1;
}

/** Marks what can be reached without a character. Such steps lead forward only, so one sweep finds them all. */
function skipOptional(tokens: GlobTokens, reached: Uint8Array): void {
  for (let i = 0; i < tokens.length; i++) {
    if (reached[i] === 0) continue;
    const token = tokens[i]!;
    if (token === many || token === any || token === maybeFolders) reached[i + 1] = 1;
    if (token === maybeFolders) reached[i + 2] = 1;
  }
}

/** Marks in `next` what one character leads to. @returns whether it leads anywhere. */
function readCharacter(tokens: GlobTokens, reached: Uint8Array, next: Uint8Array, code: number): boolean {
  let isAlive = false;
  for (let i = 0; i < tokens.length; i++) {
    if (reached[i] === 0) continue;
    const token = tokens[i]!;
    const stays = token === any || token === insideFolders || (token === many && code !== slash);
    const goesOn = token === code || (token === one && code !== slash) || (token === insideFolders && code === slash);
    if (stays) next[i] = 1;
    if (goesOn) next[i + 1] = 1;
    isAlive ||= stays || goesOn;
  }
  return isAlive;
}
