import { type MatchWork, TooMuchWork } from './match-work.js';

/** A token is the code point that it matches, or one of these. */
const one = -1;
const many = -2;
const any = -3;
/** `**` + slash, entered: skip to the token after `insideFolders`, or go into it. */
const maybeFolders = -4;
/** Inside a folder name: left only behind its slash. */
const insideFolders = -5;

const slash = 0x2f;

/** One text is one piece of work that nobody else comes into: some milliseconds. */
const mostStepsPerText = 1_000_000;

/** Of wildcards that may stand for nothing only `**` + slash and a star follow each other: `skip` goes on twice and no further. */
function tokenize(pattern: string): number[] {
  const chars = [...pattern];
  const tokens: number[] = [];
  for (let i = 0; i < chars.length; i++) {
    const atSegmentStart = i === 0 || chars[i - 1] === '/';
    if (chars[i] === '*' && chars[i + 1] === '*') {
      while (chars[i + 1] === '*') i++;
      if (atSegmentStart && chars[i + 1] === '/') {
        i++;
        // The same twice means the same.
        if (tokens.at(-1) !== insideFolders) tokens.push(maybeFolders, insideFolders);
      } else tokens.push(any);
    } else if (chars[i] === '*') tokens.push(many);
    else if (chars[i] === '?') tokens.push(one);
    else tokens.push(chars[i]!.codePointAt(0)!);
  }
  return tokens;
}

/** Rows of the table of an automaton that each has; behind them there is one for each character of the pattern. */
const rows = { folders: 0, stars: 1, stays: 2, staysAtSlash: 3, leads: 4, leadsAtSlash: 5, first: 6 } as const;

/**
 * A simulated automaton: one pass over the text with a bit for each position of the pattern that is reached so far. The time is
 * the length of the text times that of the pattern, 32 positions at once.
 */
export class GlobAutomaton {
  /** Rows of bits, one for each position of the pattern. */
  private readonly table: Uint32Array;
  /** Which row says where a character leads on. */
  private readonly rowOf = new Map<number, number>();
  private readonly words: number;
  private readonly end: number;

  constructor(pattern: string) {
    const tokens = tokenize(pattern);
    this.end = tokens.length;
    this.words = (this.end >>> 5) + 1;
    this.rowOf.set(slash, rows.leadsAtSlash);
    for (const token of tokens)
      if (token >= 0 && !this.rowOf.has(token)) this.rowOf.set(token, rows.first + this.rowOf.size - 1);
    this.table = new Uint32Array((rows.first + this.rowOf.size - 1) * this.words);
    for (const [at, token] of tokens.entries()) this.enter(token, at);
  }

  private enter(token: number, at: number): void {
    const mark = (row: number) => {
      this.table[row * this.words + (at >>> 5)]! |= 1 << (at & 31);
    };
    if (token >= 0) mark(this.rowOf.get(token)!);
    else if (token === maybeFolders) mark(rows.folders);
    else if (token === one) {
      mark(rows.leads);
      for (const [code, row] of this.rowOf) if (code !== slash) mark(row);
    } else {
      mark(rows.stays);
      if (token !== many) mark(rows.staysAtSlash);
      if (token === insideFolders) mark(rows.leadsAtSlash);
      else mark(rows.stars);
    }
  }

  /** @throws {TooMuchWork} beyond the bound of `work`, and for a text that is too long to be read at once */
  accepts(text: string, work: MatchWork): boolean {
    if (text.length * this.words > mostStepsPerText) throw new TooMuchWork('a text is too long for its pattern');
    const reached = new Uint32Array(this.words);
    reached[0] = 1;
    this.skip(reached);
    for (const char of text) {
      work.spend(this.words);
      const code = char.codePointAt(0)!;
      const stays = code === slash ? rows.staysAtSlash : rows.stays;
      if (!this.read(reached, this.rowOf.get(code) ?? rows.leads, stays)) return false;
    }
    return (reached[this.end >>> 5]! & (1 << (this.end & 31))) !== 0;
  }

  /** Reaches what is reached without a character. */
  private skip(reached: Uint32Array): void {
    const { table, words } = this;
    let [carriedFolders, carriedStars] = [0, 0];
    for (let word = 0; word < words; word++) {
      const folders = reached[word]! & table[rows.folders * words + word]!;
      let next = reached[word]! | (folders << 1) | (folders << 2) | carriedFolders;
      carriedFolders = (folders >>> 31) | (folders >>> 30);
      const stars = next & table[rows.stars * words + word]!;
      next |= (stars << 1) | carriedStars;
      carriedStars = stars >>> 31;
      reached[word] = next;
    }
  }

  /** Moves on by one character. @returns whether it leads anywhere */
  private read(reached: Uint32Array, leads: number, stays: number): boolean {
    const { table, words } = this;
    let [carried, alive] = [0, 0];
    for (let word = 0; word < words; word++) {
      const leading = reached[word]! & table[leads * words + word]!;
      const next = (leading << 1) | carried | (reached[word]! & table[stays * words + word]!);
      carried = leading >>> 31;
      reached[word] = next;
      alive |= next;
    }
    if (alive === 0) return false;
    this.skip(reached);
    return true;
  }
}
