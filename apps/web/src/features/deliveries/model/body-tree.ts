/** One line of a body laid out as a tree. */
export interface BodyLine {
  readonly key: string;
  readonly depth: number;
  /** Name of a field or place in a list; empty at the top. */
  readonly name: string;
  /** Text of a plain value; null for what has parts. */
  readonly value: string | null;
  readonly kind: 'text' | 'number' | 'word' | 'object' | 'list';
  /** How many parts it has; 0 for plain values. */
  readonly parts: number;
  /** The line is below one that is folded at first. */
  readonly folded: boolean;
}

export interface BodyTree {
  readonly lines: readonly BodyLine[];
  /** Whether some of the body was left out. */
  readonly cut: boolean;
}

const mostLines = 2000;
const openDepth = 1;
const deepest = 64;

/** A JSON body as lines, at most two thousand; null when it is no JSON. What has parts is closed below the first level. */
export function bodyTree(body: string): BodyTree | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const lines: BodyLine[] = [];
  const complete = add(lines, value, { name: '', depth: 0, key: '$' });
  return { lines, cut: !complete };
}

interface Place {
  readonly name: string;
  readonly depth: number;
  readonly key: string;
}

function add(lines: BodyLine[], value: unknown, { name, depth, key }: Place): boolean {
  if (lines.length >= mostLines || depth > deepest) return false;
  const parts = partsOf(value);
  lines.push({ key, name, depth, parts: parts.length, folded: depth > openDepth, ...plain(value) });
  return parts.every(([part, inner]) => add(lines, inner, { name: part, depth: depth + 1, key: `${key}.${part}` }));
}

function partsOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function plain(value: unknown): Pick<BodyLine, 'value' | 'kind'> {
  if (Array.isArray(value)) return { kind: 'list', value: null };
  if (typeof value === 'object' && value !== null) return { kind: 'object', value: null };
  if (typeof value === 'string') return { kind: 'text', value };
  return { kind: typeof value === 'number' ? 'number' : 'word', value: String(value) };
}

/** The lines to show, with what is open: a line is seen when all above it are open. */
export function shownLines(lines: readonly BodyLine[], open: ReadonlySet<string>): BodyLine[] {
  let hiddenBelow = Number.POSITIVE_INFINITY;
  return lines.filter((line) => {
    if (line.depth > hiddenBelow) return false;
    hiddenBelow = line.parts > 0 && !open.has(line.key) ? line.depth : Number.POSITIVE_INFINITY;
    return true;
  });
}

/** What is open at first: the top and the fields of it. */
export function openAtFirst(lines: readonly BodyLine[]): Set<string> {
  return new Set(lines.filter(({ depth, parts }) => parts > 0 && depth < openDepth).map(({ key }) => key));
}
