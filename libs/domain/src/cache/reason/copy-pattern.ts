import type { ManifestEntry } from './context-manifest.js';
import { MatchRoom } from './match-room.js';
import { WildcardName } from './wildcard-name.js';

/**
 * Which entries of a context a COPY, an ADD or a bind mount takes.
 * @throws {MatchTooCostly}
 */
export type CopySelection = (entry: ManifestEntry) => boolean;

/**
 * The entries that a source of COPY names, and all below them. A source is a path, or a pattern with Go's
 * `filepath.Match` for each name in it; `.` is everything.
 * @param room for all entries together
 * @throws {MatchTooCostly} where already the sources are too long
 */
export function copySelection(
  sources: readonly string[],
  room = new MatchRoom(Number.POSITIVE_INFINITY),
): CopySelection {
  const plain = new PlainPaths();
  const patterns: (string | WildcardName)[][] = [];
  for (const source of sources) {
    room.take(source.length);
    const names = namesOf(source);
    if (!names.some(WildcardName.isOne)) plain.add(names);
    else patterns.push(names.map((name) => (WildcardName.isOne(name) ? new WildcardName(name) : name)));
  }
  return ({ path }) => {
    room.nextEntry();
    return plain.hold(path, room) || (patterns.length > 0 && fitsOne(patterns, path, room));
  };
}

function fitsOne(patterns: readonly (readonly (string | WildcardName)[])[], path: string, room: MatchRoom): boolean {
  room.take(path.length);
  const names = path.split('/');
  const chars = names.map((name) => [...name]);
  return patterns.some((pattern) => {
    room.take(1);
    return (
      pattern.length <= names.length &&
      pattern.every((part, at) => (typeof part === 'string' ? part === names[at] : part.matches(chars[at]!, room)))
    );
  });
}

/** Sources that are no patterns: the time for a path does not grow with their number. */
class PlainPaths {
  private readonly paths = new Set<string>();
  private isAll = false;
  private mostNames = 0;

  add(names: readonly string[]): void {
    this.paths.add(names.join('/'));
    this.isAll ||= names.length === 0;
    this.mostNames = Math.max(this.mostNames, names.length);
  }

  /** Whether one of them is the path or a folder above it. @throws {MatchTooCostly} */
  hold(path: string, room: MatchRoom): boolean {
    if (this.isAll) return true;
    let end = -1;
    for (let names = 1; names <= this.mostNames; names++) {
      end = path.indexOf('/', end + 1);
      const start = end < 0 ? path : path.slice(0, end);
      room.take(1 + (start.length >> 4));
      if (this.paths.has(start)) return true;
      if (end < 0) return false;
    }
    return false;
  }
}

function namesOf(source: string): string[] {
  const names: string[] = [];
  for (const name of source.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}
