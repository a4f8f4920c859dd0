import type { ManifestEntry } from './context-manifest.js';

/** Which entries of a context a COPY, an ADD or a bind mount takes. */
export type CopySelection = (entry: ManifestEntry) => boolean;

/**
 * The entries that a source of COPY names, and all below them. A source is a path, or a pattern with Go's
 * `filepath.Match` for each name in it; `.` is everything.
 */
export function copySelection(sources: readonly string[]): CopySelection {
  const patterns = sources.map((source) => namesOf(source).map(nameMatcher));
  return ({ path }) => {
    const names = path.split('/');
    return patterns.some(
      (pattern) => pattern.length <= names.length && pattern.every((matches, at) => matches(names[at]!)),
    );
  };
}

function namesOf(source: string): string[] {
  const names: string[] = [];
  for (const name of source.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}

function nameMatcher(pattern: string): (name: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (name) => name === pattern;
  const tokens = tokensOf(pattern);
  return (name) => accepts(tokens, [...name]);
}

type Token = '*' | ((char: string) => boolean);

/** A bracket that does not end is none: BuildKit refuses such a pattern, and then nothing ran that would be explained. */
function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const part = /\*|\?|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|(.)/gsu;
  for (const [whole, escaped, negated, range, char] of pattern.matchAll(part)) {
    if (whole === '*') tokens.push('*');
    else if (whole === '?') tokens.push(() => true);
    else if (range !== undefined) tokens.push(inRange(range, negated === '^'));
    else tokens.push((other) => other === (escaped ?? char));
  }
  return tokens;
}

function inRange(range: string, isNegated: boolean): (char: string) => boolean {
  const spans = [...range.matchAll(/\\?(.)(?:-\\?(.))?/gsu)].map(([, from, to]) => [from!, to ?? from!] as const);
  return (char) => spans.some(([from, to]) => from <= char && char <= to) !== isNegated;
}

/** All places in the pattern at once, so that the time is its length times that of the name, whatever it is. */
function accepts(tokens: readonly Token[], chars: readonly string[]): boolean {
  const passStars = (places: Set<number>): Set<number> => {
    for (const place of places) if (tokens[place] === '*') places.add(place + 1);
    return places;
  };
  let places = passStars(new Set([0]));
  for (const char of chars) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === '*') next.add(place);
      else if (token?.(char)) next.add(place + 1);
    }
    places = passStars(next);
    if (places.size === 0) return false;
  }
  return places.has(tokens.length);
}
