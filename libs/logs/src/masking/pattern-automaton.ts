import { setImmediate } from 'node:timers/promises';

/** A byte string to find, and whose it is. */
export interface Pattern {
  readonly bytes: Uint8Array;
  readonly owner: number;
}

/** States near the root are visited most; these have a full row of 256 transitions (1 KiB each). */
const denseStates = 1024;
/** So many states are made before others have their turn: less work than reading 1 MiB of JSON. */
const statesAtOnce = 8192;

/**
 * Aho-Corasick automaton: finds any number of patterns in one pass, in time linear in the text whatever the patterns
 * are. States are numbered breadth first and 0 is the root, so that the children of a state stand side by side, in the
 * order of their bytes, and a state's failure link always points to a smaller number. A state takes 13 bytes, and there
 * is at most one for each byte of the patterns.
 */
export class PatternAutomaton {
  /** The longest pattern that ends here, by state: an index of `lengths` and `owners`; 0 for none. */
  private readonly match: Uint32Array;
  private readonly lengths: Uint32Array;
  private readonly owners: Uint32Array;
  private readonly fail: Uint32Array;
  private readonly byte: Uint8Array;
  private readonly childStart: Uint32Array;
  private readonly rows: Uint32Array;
  /** The first state of each depth. */
  private readonly levels = [0];
  private denseEnd = 0;

  private constructor(patterns: readonly Pattern[]) {
    const states = countStates(patterns);
    this.match = new Uint32Array(states);
    this.lengths = new Uint32Array(patterns.length + 1);
    this.owners = new Uint32Array(patterns.length + 1);
    patterns.forEach(({ bytes, owner }, index) => {
      this.lengths[index + 1] = bytes.length;
      this.owners[index + 1] = owner;
    });
    this.fail = new Uint32Array(states);
    this.byte = new Uint8Array(states);
    this.childStart = new Uint32Array(states + 1);
    this.rows = new Uint32Array(Math.min(states, denseStates) * 256);
  }

  /** At once. Of equal patterns the first counts. Empty patterns are not allowed. */
  static of(patterns: readonly Pattern[]): PatternAutomaton {
    const inOrder = sorted(patterns);
    const automaton = new PatternAutomaton(inOrder);
    const growth = automaton.grow(inOrder);
    while (!growth.next().done);
    return automaton;
  }

  /** As `of`, in many turns of the event loop: patterns of megabytes take seconds. */
  static async prepare(patterns: readonly Pattern[]): Promise<PatternAutomaton> {
    const inOrder = sorted(patterns);
    const automaton = new PatternAutomaton(inOrder);
    const growth = automaton.grow(inOrder);
    while (!growth.next().done) await setImmediate();
    return automaton;
  }

  private next(state: number, byte: number): number {
    let at = state;
    while (at >= this.denseEnd) {
      const child = this.child(at, byte);
      if (child !== 0) return child;
      if (at === 0) return 0;
      at = this.fail[at]!;
    }
    return this.rows[at * 256 + byte]!;
  }

  /** Length of the longest suffix of the text so far that begins a pattern. */
  depth(state: number): number {
    let [from, to] = [0, this.levels.length];
    while (to - from > 1) {
      const middle = (from + to) >>> 1;
      if (this.levels[middle]! <= state) from = middle;
      else to = middle;
    }
    return from;
  }

  /**
   * Reads on from a state. Calls `found` with the longest pattern at each place where one ends, until that returns true.
   * @returns the state behind the last byte that was read
   */
  scan(from: number, text: Uint8Array, found: (owner: number, length: number, end: number) => boolean): number {
    const { rows, match, denseEnd } = this;
    let state = from;
    for (let at = 0; at < text.length; at++) {
      const byte = text[at]!;
      state = state < denseEnd ? rows[state * 256 + byte]! : this.next(state, byte);
      const longest = match[state]!;
      if (longest > 0 && found(this.owners[longest]!, this.lengths[longest]!, at + 1)) break;
    }
    return state;
  }

  /**
   * Makes all states, level by level. A state stands for the run of sorted patterns that share its path. States whose
   * children are not made yet have no pattern in common: a ring as long as the patterns holds their runs.
   */
  private *grow(patterns: readonly Pattern[]): Generator<void> {
    const { levels } = this;
    const room = patterns.length + 1;
    const runs = new Uint32Array(room * 2);
    runs[1] = patterns.length;
    let states = 1;
    for (let state = 0; state < states; state++) {
      if (state === levels.at(-1)) levels.push(states);
      const depth = levels.length - 2;
      this.childStart[state] = states;
      const [start, end] = [runs[(state % room) * 2]!, runs[(state % room) * 2 + 1]!];
      let first = pastEnded(patterns, start, end, depth);
      while (first < end) {
        const last = runEnd(patterns, first, end, depth);
        this.addState(states, state, patterns[first]!, first);
        runs[(states % room) * 2] = first;
        runs[(states % room) * 2 + 1] = last;
        states++;
        first = last;
      }
      this.childStart[state + 1] = states;
      this.fillRow(state);
      if (state % statesAtOnce === statesAtOnce - 1) yield;
    }
  }

  /** @param shortest of the patterns that go through the state; `index` is its own */
  private addState(state: number, parent: number, { bytes }: Pattern, index: number): void {
    const depth = this.levels.length - 1;
    const byte = bytes[depth - 1]!;
    this.byte[state] = byte;
    const fail = parent === 0 ? 0 : this.next(this.fail[parent]!, byte);
    this.fail[state] = fail;
    this.match[state] = bytes.length === depth ? index + 1 : this.match[fail]!;
  }

  private child(state: number, byte: number): number {
    const end = this.childStart[state + 1]!;
    for (let child = this.childStart[state]!; child < end; child++) if (this.byte[child] === byte) return child;
    return 0;
  }

  /** As soon as its children are there: those of deeper states are found by it. */
  private fillRow(state: number): void {
    if (state >= denseStates) return;
    const { rows } = this;
    if (state > 0) rows.copyWithin(state * 256, this.fail[state]! * 256, this.fail[state]! * 256 + 256);
    for (let child = this.childStart[state]!; child < this.childStart[state + 1]!; child++)
      rows[state * 256 + this.byte[child]!] = child;
    this.denseEnd = state + 1;
  }
}

/** By bytes, a prefix before what it begins, equal ones in the order in which they came. */
function sorted(patterns: readonly Pattern[]): Pattern[] {
  return patterns.toSorted((one, other) => Buffer.compare(one.bytes, other.bytes));
}

/** The root, and one state for each distinct beginning of a pattern. */
function countStates(inOrder: readonly Pattern[]): number {
  let states = 1;
  let before: Uint8Array = new Uint8Array();
  for (const { bytes } of inOrder) {
    let shared = 0;
    while (shared < bytes.length && bytes[shared] === before[shared]) shared++;
    states += bytes.length - shared;
    before = bytes;
  }
  return states;
}

function pastEnded(patterns: readonly Pattern[], start: number, end: number, depth: number): number {
  let first = start;
  while (first < end && patterns[first]!.bytes.length === depth) first++;
  return first;
}

function runEnd(patterns: readonly Pattern[], first: number, end: number, depth: number): number {
  const byte = patterns[first]!.bytes[depth];
  let last = first + 1;
  while (last < end && patterns[last]!.bytes[depth] === byte) last++;
  return last;
}
