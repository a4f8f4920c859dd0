import type { ShownFile } from '@cooperage/contracts';
import { type DiffHunk, diffOf, hunksOf, linesOf } from './line-diff';

type File = Pick<ShownFile, 'text' | 'bytes' | 'lines' | 'truncated'>;

export type FileDiff =
  | { readonly kind: 'same' }
  /** Too much to compare line by line. */
  | { readonly kind: 'too_large'; readonly firstDifference: number | null }
  | {
      readonly kind: 'lines';
      readonly hunks: readonly DiffHunk[];
      readonly added: number;
      readonly gone: number;
      /** Lines of the difference that are not among the hunks. */
      readonly leftOut: number;
    };

/** Lines of one file; each is an object, and a usual Dockerfile has fewer than a hundred. */
export const mostComparedLines = 20_000;
/** Lines of a difference that are shown. */
export const mostShownLines = 1_000;

/** @param firstDifference the first line that differs, from 1, in the whole files */
export function fileDiff(a: File, b: File, firstDifference: number | null): FileDiff {
  if (firstDifference === null) return { kind: 'same' };
  if ([a, b].some(({ truncated, lines }) => truncated || lines > mostComparedLines))
    return { kind: 'too_large', firstDifference };
  const lines = diffOf(linesOf(a.text), linesOf(b.text));
  const hunks = hunksOf(lines);
  // Line endings do not count.
  if (hunks.length === 0) return { kind: 'same' };
  const count = (kind: 'added' | 'gone'): number => lines.filter((line) => line.kind === kind).length;
  return { kind: 'lines', ...firstOf(hunks), added: count('added'), gone: count('gone') };
}

function firstOf(hunks: readonly DiffHunk[]): { hunks: DiffHunk[]; leftOut: number } {
  const shown: DiffHunk[] = [];
  let [left, leftOut] = [mostShownLines, 0];
  for (const { lines } of hunks) {
    const part = lines.slice(0, left);
    if (part.length > 0) shown.push({ lines: part });
    left -= part.length;
    leftOut += lines.length - part.length;
  }
  return { hunks: shown, leftOut };
}
