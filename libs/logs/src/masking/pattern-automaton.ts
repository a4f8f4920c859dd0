/** A byte string to find, and whose it is. */
export interface Pattern {
  readonly bytes: Uint8Array;
  readonly owner: number;
}

/** States near the root are visited most; these have a full row of 256 transitions (1 KiB each). */
const denseStates = 1024;

/**
 * Aho-Corasick automaton: finds any number of patterns in one pass, in time linear in the text whatever the patterns
 * are. States are numbered breadth first and 0 is the root, so that the children of a state stand side by side, in the
 * order of their bytes, and a state's failure link always points to a smaller number.
 */
export class PatternAutomaton {
  /** Length of the longest suffix of the text so far that begins a pattern, by state. */
  readonly depth: Uint32Array;
  /** Length of the longest pattern that ends here, by state; 0 for none. */
  readonly matchLength: Uint32Array;
  /** Owner of that pattern, by state. */
  readonly matchOwner: Uint32Array;
  private readonly fail: Uint32Array;
  private readonly byte: Uint8Array;
  private readonly childStart: Uint32Array;
  private readonly rows: Uint32Array;
  private readonly denseEnd: number;

  /** Of equal patterns the first counts. Empty patterns are not allowed. */
  constructor(patterns: readonly Pattern[]) {
    const inOrder = sorted(patterns);
    const states = countStates(inOrder);
    this.depth = new Uint32Array(states);
    this.matchLength = new Uint32Array(states);
    this.matchOwner = new Uint32Array(states);
    this.fail = new Uint32Array(states);
    this.byte = new Uint8Array(states);
    this.childStart = new Uint32Array(states + 1);
    this.denseEnd = 0;
    this.rows = new Uint32Array();
    this.grow(inOrder);
    this.denseEnd = Math.min(states, denseStates);
    this.rows = this.fillRows();
  }

  next(state: number, byte: number): number {
    let at = state;
    while (at >= this.denseEnd) {
      const child = this.child(at, byte);
      if (child !== 0) return child;
      if (at === 0) return 0;
      at = this.fail[at]!;
    }
    return this.rows[at * 256 + byte]!;
  }

  /** Makes all states, level by level. A state stands for the run of sorted patterns that share its path. */
  private grow(patterns: readonly Pattern[]): void {
    const runs = new Uint32Array(this.depth.length * 2);
    runs[1] = patterns.length;
    let states = 1;
    for (let state = 0; state < states; state++) {
      this.childStart[state] = states;
      const end = runs[state * 2 + 1]!;
      let first = this.pastEnded(patterns, runs[state * 2]!, end, this.depth[state]!);
      while (first < end) {
        const byte = patterns[first]!.bytes[this.depth[state]!]!;
        const last = runEnd(patterns, first, end, this.depth[state]!);
        this.addState(states, state, byte, patterns[first]!);
        runs[states * 2] = first;
        runs[states * 2 + 1] = last;
        states++;
        first = last;
      }
      this.childStart[state + 1] = states;
    }
  }

  private pastEnded(patterns: readonly Pattern[], start: number, end: number, depth: number): number {
    let first = start;
    while (first < end && patterns[first]!.bytes.length === depth) first++;
    return first;
  }

  private addState(state: number, parent: number, byte: number, shortest: Pattern): void {
    this.byte[state] = byte;
    this.depth[state] = this.depth[parent]! + 1;
    const fail = parent === 0 ? 0 : this.next(this.fail[parent]!, byte);
    this.fail[state] = fail;
    const ends = shortest.bytes.length === this.depth[state];
    this.matchLength[state] = ends ? shortest.bytes.length : this.matchLength[fail]!;
    this.matchOwner[state] = ends ? shortest.owner : this.matchOwner[fail]!;
  }

  private child(state: number, byte: number): number {
    const end = this.childStart[state + 1]!;
    for (let child = this.childStart[state]!; child < end; child++) if (this.byte[child] === byte) return child;
    return 0;
  }

  private fillRows(): Uint32Array {
    const rows = new Uint32Array(this.denseEnd * 256);
    for (let state = 0; state < this.denseEnd; state++) {
      if (state > 0) rows.copyWithin(state * 256, this.fail[state]! * 256, this.fail[state]! * 256 + 256);
      for (let child = this.childStart[state]!; child < this.childStart[state + 1]!; child++)
        rows[state * 256 + this.byte[child]!] = child;
    }
    return rows;
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

function runEnd(patterns: readonly Pattern[], first: number, end: number, depth: number): number {
  const byte = patterns[first]!.bytes[depth];
  let last = first + 1;
  while (last < end && patterns[last]!.bytes[depth] === byte) last++;
  return last;
}
