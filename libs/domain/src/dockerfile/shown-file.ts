/** A file as pages read it. */
export interface ShownFile {
  /** All of it, or its beginning. */
  readonly text: string;
  /** Of the whole file, as UTF-8. */
  readonly bytes: number;
  /** Of the whole file. What follows the last line end is a line unless it is empty. */
  readonly lines: number;
  readonly truncated: boolean;
}

const lineEnd = 10;

/** @param most characters that are shown of a longer file; the last line is left out where it would be cut early */
export function shownFile(text: string, most: number): ShownFile {
  const truncated = text.length > most;
  return {
    text: truncated ? beginningOf(text, most) : text,
    bytes: Buffer.byteLength(text),
    lines: countLines(text),
    truncated,
  };
}

/** A single long line is cut, but not between the two halves of a character. */
function beginningOf(text: string, most: number): string {
  const lineEnds = text.lastIndexOf('\n', most - 1) + 1;
  if (lineEnds > most / 2) return text.slice(0, lineEnds);
  return text.slice(0, /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most);
}

export function countLines(text: string): number {
  const ends = countEnds(text, text.length);
  return text === '' || text.charCodeAt(text.length - 1) === lineEnd ? ends : ends + 1;
}

/** The first line that differs, from 1; null where the two are the same. */
export function firstDifferingLine(a: string, b: string): number | null {
  if (a === b) return null;
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return countEnds(a, at) + 1;
}

/** Lines of a text from one to another, both from 1 and both included, without their ends; only these are taken apart. */
export function linesBetween(text: string, first: number, last: number): string[] {
  let from = 0;
  for (let line = 1; line < first; line++) {
    const end = text.indexOf('\n', from);
    if (end === -1) return [];
    from = end + 1;
  }
  const found: string[] = [];
  while (found.length <= last - first && from <= text.length) {
    const end = text.indexOf('\n', from);
    const until = end === -1 ? text.length : end;
    found.push(text.slice(from, text.charCodeAt(until - 1) === 13 && until > from ? until - 1 : until));
    from = until + 1;
  }
  return found;
}

function countEnds(text: string, until: number): number {
  let count = 0;
  for (let at = 0; at < until; at++) if (text.charCodeAt(at) === lineEnd) count++;
  return count;
}
