/** Bounds the work of matching: each step is one state looked at for one character. */
export interface WorkBudget {
  stepsLeft: number;
}

export class IgnoreTooCostly extends Error {
  override readonly name = 'IgnoreTooCostly';
}

type Range = readonly [from: string, to: string];

type Token =
  | { readonly kind: 'char'; readonly value: string }
  | { readonly kind: 'class'; readonly ranges: readonly Range[]; readonly isNegated: boolean }
  /** `?` */
  | { readonly kind: 'one' }
  /** `*` and a final `**`. */
  | { readonly kind: 'many' | 'rest' }
  /** `**` + slash: nothing, or any folders; followed by `inside`, which is left behind a slash. */
  | { readonly kind: 'folders' | 'inside' };

/**
 * One pattern of a `.dockerignore` file with exactly the meaning it has in Docker (moby/patternmatcher, its oddities
 * included), matched by a simulated automaton: the time is at most pattern length x path length, whatever a stranger
 * writes (S-049 of the threat list).
 */
export class IgnorePattern {
  readonly isException: boolean;
  readonly #literal: { readonly kind: 'exact' | 'prefix' | 'suffix'; readonly text: string } | undefined;
  readonly #tokens: readonly Token[];
  /** What every match starts and ends with; most paths are turned down by it at once. */
  readonly #start: string;
  readonly #end: string;
  readonly #seenAt: Uint32Array;
  #turn = 0;

  /** @throws {TypeError} for a pattern that Docker calls invalid. */
  constructor(pattern: string, isException: boolean) {
    this.isException = isException;
    const { tokens, literalKind } = compile(pattern);
    this.#tokens = tokens;
    this.#literal = literalKind && { kind: literalKind, text: literalText(pattern, literalKind) };
    this.#start = literalRun(tokens);
    this.#end = [...literalRun(tokens.toReversed())].reverse().join('');
    this.#seenAt = new Uint32Array(tokens.length + 1);
  }

  /** @throws {IgnoreTooCostly} when the budget is used up. */
  matches(path: string, budget: WorkBudget): boolean {
    if (this.#literal) return matchesLiteral(this.#literal, path);
    return path.startsWith(this.#start) && path.endsWith(this.#end) && this.#simulate(path, budget);
  }

  #simulate(path: string, budget: WorkBudget): boolean {
    let states = this.#reach([0]);
    for (const char of path) {
      budget.stepsLeft -= states.length;
      if (budget.stepsLeft < 0) throw new IgnoreTooCostly('too many steps');
      states = this.#reach(this.#step(states, char));
      if (states.length === 0) return false;
    }
    return states.includes(this.#tokens.length);
  }

  #step(states: readonly number[], char: string): number[] {
    const next: number[] = [];
    for (const state of states) {
      const token = this.#tokens[state];
      if (token === undefined || token.kind === 'folders') continue;
      if (token.kind === 'char' || token.kind === 'class' || token.kind === 'one') {
        if (takes(token, char)) next.push(state + 1);
      } else if (token.kind === 'many') {
        if (char !== '/') next.push(state);
      } else if (char !== '\n') {
        next.push(state);
        if (token.kind === 'inside' && char === '/') next.push(state + 1);
      }
    }
    return next;
  }

  /** Adds what can be reached without a character, each state once. */
  #reach(states: number[]): number[] {
    this.#turn++;
    const reached: number[] = [];
    const add = (state: number): void => {
      if (this.#seenAt[state] === this.#turn) return;
      this.#seenAt[state] = this.#turn;
      reached.push(state);
    };
    for (const state of states) add(state);
    for (let index = 0; index < reached.length; index++) {
      const state = reached[index]!;
      const kind = this.#tokens[state]?.kind;
      if (kind === 'many' || kind === 'rest') add(state + 1);
      if (kind === 'folders') {
        add(state + 1);
        add(state + 2);
      }
    }
    return reached;
  }
}

function takes(token: Extract<Token, { kind: 'char' | 'class' | 'one' }>, char: string): boolean {
  if (token.kind === 'char') return token.value === char;
  if (token.kind === 'class') return token.ranges.some(([from, to]) => from <= char && char <= to) !== token.isNegated;
  return char !== '/';
}

type LiteralKind = 'exact' | 'prefix' | 'suffix';

/** Follows patternmatcher's `compile` step by step; `literalKind` is its match type where that is not `regexp`. */
function compile(pattern: string): { tokens: Token[]; literalKind: LiteralKind | undefined } {
  const chars = [...pattern];
  const tokens: Token[] = [];
  let kind: LiteralKind | undefined = 'exact';
  let at = 0;
  while (at < chars.length) {
    const isFirst = at === 0;
    const char = chars[at++]!;
    if (char === '*' && chars[at] === '*') {
      at++;
      if (chars[at] === '/') at++;
      if (at < chars.length) {
        tokens.push({ kind: 'folders' }, { kind: 'inside' });
        kind = undefined;
      } else {
        tokens.push({ kind: 'rest' });
        kind = kind === 'exact' ? 'prefix' : undefined;
      }
      if (isFirst) kind = 'suffix';
      continue;
    }
    if (char === '*' || char === '?' || char === '[' || char === '\\' || char === ']') kind = undefined;
    if (char === '*') tokens.push({ kind: 'many' });
    else if (char === '?') tokens.push({ kind: 'one' });
    else if (char === '[') at = parseClass(chars, at, tokens);
    else if (char === '\\') {
      if (at === chars.length) throw new TypeError('the pattern ends with a backslash');
      tokens.push({ kind: 'char', value: chars[at++]! });
    } else tokens.push({ kind: 'char', value: char });
  }
  return { tokens, literalKind: kind };
}

/** A character class as Go's `path/filepath.Match` reads it. @returns the position behind it. */
function parseClass(chars: readonly string[], start: number, tokens: Token[]): number {
  let at = start;
  const isNegated = chars[at] === '^';
  if (isNegated) at++;
  const ranges: Range[] = [];
  const next = (): string => {
    if (chars[at] === '\\') at++;
    else if (chars[at] === '-' || chars[at] === ']') throw new TypeError('a character class is not valid');
    const char = chars[at++];
    if (char === undefined || at >= chars.length) throw new TypeError('a character class is not closed');
    return char;
  };
  while (chars[at] !== ']' || ranges.length === 0) {
    const from = next();
    if (chars[at] !== '-') ranges.push([from, from]);
    else {
      at++;
      ranges.push([from, next()]);
    }
  }
  tokens.push({ kind: 'class', ranges, isNegated });
  return at + 1;
}

function literalText(pattern: string, kind: LiteralKind): string {
  if (kind === 'prefix') return pattern.slice(0, -2);
  return kind === 'suffix' ? pattern.slice(2) : pattern;
}

function matchesLiteral(literal: { readonly kind: LiteralKind; readonly text: string }, path: string): boolean {
  if (literal.kind === 'exact') return path === literal.text;
  if (literal.kind === 'prefix') return path.startsWith(literal.text);
  return path.endsWith(literal.text) || (literal.text.startsWith('/') && path === literal.text.slice(1));
}

function literalRun(tokens: readonly Token[]): string {
  let text = '';
  for (const token of tokens) {
    if (token.kind !== 'char') break;
    text += token.value;
  }
  return text;
}
