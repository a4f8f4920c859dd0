export interface DiffLine {
  readonly kind: 'same' | 'added' | 'gone';
  readonly text: string;
  /** From 1; null on the side that does not have it. */
  readonly a: number | null;
  readonly b: number | null;
}

/** Beyond this many differing lines the middle is shown as replaced: finding the least change would take too long. */
const mostEdits = 600;

/** The least lines to take away from one list and to add, so that it becomes the other (Myers 1986). */
export function diffOf(fromLines: readonly string[], toLines: readonly string[]): DiffLine[] {
  // Long lines are compared once. The search comes back to the same lines for each of its diagonals.
  const numbers = new Map<string, number>();
  const numberOf = (line: string): number => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  };
  const [from, to] = [fromLines.map(numberOf), toLines.map(numberOf)];
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head++;
  let tail = 0;
  while (tail < from.length - head && tail < to.length - head && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  const middle = edits(from.slice(head, from.length - tail), to.slice(head, to.length - tail));
  const kinds = [...Array<Kind>(head).fill('same'), ...middle, ...Array<Kind>(tail).fill('same')];
  return numbered(kinds, fromLines, toLines);
}

type Kind = DiffLine['kind'];

/** Line endings do not count. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function edits(a: readonly number[], b: readonly number[]): Kind[] {
  const trace = search(a, b);
  return trace === null
    ? [...Array<Kind>(a.length).fill('gone'), ...Array<Kind>(b.length).fill('added')]
    : walkBack(trace, a.length, b.length);
}

/** Furthest `x` on each diagonal `k = x - y`, for 0, 1, 2 … edits; null when there are too many. */
function search(a: readonly number[], b: readonly number[]): Map<number, number>[] | null {
  const trace: Map<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  for (let d = 0; d <= Math.min(mostEdits, a.length + b.length); d++) {
    const next = new Map<number, number>();
    trace.push(reach);
    for (let k = -d; k <= d; k += 2) {
      let x = startOn(reach, k, d);
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return trace;
    }
    reach = next;
  }
  return null;
}

/** Whether the way to diagonal `k` comes from above (a line added) rather than from the left (a line gone). */
function comesDown(reach: ReadonlyMap<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
}

function startOn(reach: ReadonlyMap<number, number>, k: number, d: number): number {
  return comesDown(reach, k, d) ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], aLength: number, bLength: number): Kind[] {
  const kinds: Kind[] = [];
  let [x, y] = [aLength, bLength];
  for (let d = trace.length - 1; d >= 0 && (x > 0 || y > 0); d--) {
    const reach = trace[d]!;
    const k = x - y;
    const down = d > 0 && comesDown(reach, k, d);
    const start = d === 0 ? 0 : startOn(reach, k, d);
    while (x > start && y > start - k) {
      kinds.push('same');
      x--;
      y--;
    }
    if (d === 0) break;
    kinds.push(down ? 'added' : 'gone');
    if (down) y--;
    else x--;
  }
  return kinds.reverse();
}

function numbered(kinds: readonly Kind[], a: readonly string[], b: readonly string[]): DiffLine[] {
  let [x, y] = [0, 0];
  return kinds.map((kind) => {
    const text = (kind === 'gone' ? a[x] : b[y]) ?? '';
    if (kind !== 'added') x++;
    if (kind !== 'gone') y++;
    return { kind, text, a: kind === 'added' ? null : x, b: kind === 'gone' ? null : y };
  });
}

export interface DiffHunk {
  readonly lines: readonly DiffLine[];
}

/** Only what changed, with `context` lines around; parts that touch become one. */
export function hunksOf(lines: readonly DiffLine[], context = 3): DiffHunk[] {
  const shown = new Uint8Array(lines.length);
  for (const [at, { kind }] of lines.entries())
    if (kind !== 'same') shown.fill(1, Math.max(0, at - context), at + context + 1);
  const hunks: DiffLine[][] = [];
  for (const [at, line] of lines.entries()) {
    if (!shown[at]) continue;
    if (at === 0 || !shown[at - 1]) hunks.push([]);
    hunks.at(-1)?.push(line);
  }
  return hunks.map((hunk) => ({ lines: hunk }));
}
