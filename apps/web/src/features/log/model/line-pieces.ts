import type { LineLink, LogLine } from '@cooperage/domain/predicates';
import { partsFound, type SearchWords } from './log-search';

/** A part of a line that is drawn alike. */
export interface Piece {
  readonly start: number;
  readonly text: string;
  readonly style: number;
  readonly href: string | null;
  /** Name of the secret that stood here. */
  readonly secret: string | null;
  readonly found: boolean;
}

/** What the service puts in the place of a secret. */
const masked = /\[secret ([A-Za-z_][\w.-]{0,127})\]/g;

/** Cuts a line wherever its look changes: colours, links, secrets, what was searched for. */
export function linePieces(line: LogLine, most: number, words: SearchWords): Piece[] {
  const text = line.text.slice(0, most);
  const secrets = [...text.matchAll(masked)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    name: match[1] ?? '',
  }));
  const found = partsFound(text, words);
  const edges = edgesOf(text.length, line, [...secrets.map(({ start, end }) => [start, end] as const), ...found]);
  const pieces: Piece[] = [];
  for (let at = 0; at < edges.length - 1; at++) {
    const start = edges[at]!;
    const secret = secrets.find((each) => start >= each.start && start < each.end);
    // A secret is one piece, whatever else changes inside of its name.
    if (secret && secret.start !== start) continue;
    pieces.push({
      start,
      text: text.slice(start, edges[at + 1]),
      style: styleAt(line.runs, start),
      href: linkAt(line.links, start),
      secret: secret?.name ?? null,
      found: found.some(([from, to]) => start >= from && start < to),
    });
  }
  return pieces;
}

function edgesOf(length: number, line: LogLine, parts: readonly (readonly [number, number])[]): number[] {
  const runs = (line.runs ?? []).filter((_, index) => index % 2 === 0);
  const links = (line.links ?? []).flatMap(({ start, end }) => [start, end]);
  const all = [0, length, ...runs, ...links, ...parts.flat()];
  return [...new Set(all.filter((edge) => edge <= length))].toSorted((one, other) => one - other);
}

function styleAt(runs: readonly number[] | null, at: number): number {
  let style = 0;
  for (let i = 0; runs && i < runs.length && runs[i]! <= at; i += 2) style = runs[i + 1]!;
  return style;
}

function linkAt(links: readonly LineLink[] | null, at: number): string | null {
  return links?.find(({ start, end }) => at >= start && at < end)?.href ?? null;
}
