import type { MatchRoom } from './match-room.js';

/** A string is a character that stands for itself. */
type Token = string | { readonly kind: 'many' | 'one' } | CharRange;

const many: Token = { kind: 'many' };
const one: Token = { kind: 'one' };

interface CharRange {
  readonly kind: 'range';
  readonly spans: readonly (readonly [from: string, to: string])[];
  readonly isNegated: boolean;
}

/** A name in a path that is a pattern, as Go's `filepath.Match` reads it. */
export class WildcardName {
  private tokens: readonly Token[] | null = null;

  constructor(private readonly pattern: string) {}

  static isOne(name: string): boolean {
    return /[*?[\\]/.test(name);
  }

  /**
   * The last star alone is tried again, so that the time is at most the length of the pattern times that of the name.
   * @param chars of the name, by code points
   * @throws {MatchTooCostly}
   */
  matches(chars: readonly string[], room: MatchRoom): boolean {
    const tokens = this.read(room);
    let [at, place, star, startedAt] = [0, 0, -1, 0];
    while (at < chars.length) {
      room.take(1);
      const token = tokens[place];
      if (token === many) [star, startedAt] = [place++, at];
      else if (token !== undefined && takes(token, chars[at]!)) [at, place] = [at + 1, place + 1];
      else if (star >= 0) [at, place] = [++startedAt, star + 1];
      else return false;
    }
    while (tokens[place] === many) place++;
    return place === tokens.length;
  }

  /** Once, and only where a name is compared with it. */
  private read(room: MatchRoom): readonly Token[] {
    if (this.tokens) return this.tokens;
    room.take(this.pattern.length);
    this.tokens = tokensOf(this.pattern);
    return this.tokens;
  }
}

function takes(token: Token, char: string): boolean {
  if (typeof token === 'string') return token === char;
  if (token.kind !== 'range') return token === one;
  return token.spans.some(([from, to]) => from <= char && char <= to) !== token.isNegated;
}

/** A bracket that does not end is none: BuildKit refuses such a pattern, and then nothing ran that would be explained. */
function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const part = /\*|\?|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|(.)/gsu;
  for (const [whole, escaped, negated, range, char] of pattern.matchAll(part)) {
    if (whole === '*') tokens.push(many);
    else if (whole === '?') tokens.push(one);
    else if (range !== undefined) tokens.push({ kind: 'range', spans: spansOf(range), isNegated: negated === '^' });
    else tokens.push((escaped ?? char)!);
  }
  return tokens;
}

function spansOf(range: string): CharRange['spans'] {
  return [...range.matchAll(/\\?(.)(?:-\\?(.))?/gsu)].map(([, from, to]) => [from!, to ?? from!] as const);
}
