/** A line that was found: ordinal of its step, and its number there, from 1. */
export type Hit = readonly [step: number, line: number];

export interface SearchWords {
  readonly text: string;
  readonly matchCase: boolean;
  readonly isRegex: boolean;
}

export type SearchState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running' | 'done';
      readonly count: number;
      readonly hits: readonly Hit[];
      readonly share: number;
      /** Lines that are too long for the pattern: their beginning was looked at. */
      readonly cutLines: number;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** Hits as the page shows their lines: steps in its order, lines in theirs. */
export function inOrder(hits: readonly Hit[], steps: readonly number[]): Hit[] {
  const place = new Map(steps.map((step, index) => [step, index]));
  const placeOf = (step: number): number => place.get(step) ?? steps.length;
  return hits.toSorted((one, other) => placeOf(one[0]) - placeOf(other[0]) || one[1] - other[1]);
}

/** Index of the hit after or before the present one; from nowhere the first or the last. Goes round at the ends. */
export function nextHit(current: number, by: 1 | -1, count: number): number {
  if (count === 0) return -1;
  if (current === -1) return by === 1 ? 0 : count - 1;
  return (current + by + count) % count;
}

/** Lines of each step, by index from 0, that are found or within `around` of one that is. */
export function linesAround(
  hits: readonly Hit[],
  around: number,
  countOf: (step: number) => number,
): Map<number, number[]> {
  const lines = new Map<number, Set<number>>();
  for (const [step, line] of hits) {
    const set = lines.get(step) ?? new Set();
    lines.set(step, set);
    const last = Math.min(countOf(step), line + around);
    for (let each = Math.max(1, line - around); each <= last; each++) set.add(each - 1);
  }
  return new Map([...lines].map(([step, set]) => [step, [...set].toSorted((one, other) => one - other)]));
}

/** What the search says of itself. */
export function searchWords(state: SearchState, current: number): string {
  if (state.kind === 'none') return '';
  if (state.kind === 'failed') return state.reason;
  const cut = state.cutLines === 0 ? '' : `, ${countOf(state.cutLines, 'long line')} searched in part`;
  return `${foundWords(state, current)}${cut}`;
}

function foundWords(state: Extract<SearchState, { readonly count: number }>, current: number): string {
  const count = state.count.toLocaleString('en');
  const lines = countOf(state.count, 'line');
  if (state.kind === 'running') return `${lines} so far, ${Math.floor(state.share * 100)} % searched`;
  if (state.count === 0) return 'No line';
  return current === -1 ? lines : `${(current + 1).toLocaleString('en')} of ${count}`;
}

function countOf(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count.toLocaleString('en')} ${what}s`;
}

/** Parts of a line that hold the text, as `[start, end]`. A pattern has none here: which lines it finds the server says. */
export function partsFound(line: string, { text, matchCase, isRegex }: SearchWords): [number, number][] {
  if (isRegex || text === '') return [];
  const [where, what] = matchCase ? [line, text] : [line.toLowerCase(), text.toLowerCase()];
  const parts: [number, number][] = [];
  // Folding may change the length of some letters; then the parts would stand beside the text.
  if (where.length !== line.length) return [];
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + what.length)) {
    parts.push([at, at + what.length]);
  }
  return parts;
}
