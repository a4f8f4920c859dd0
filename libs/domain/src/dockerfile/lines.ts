/**
 * Reading a Dockerfile as BuildKit's parser does (`frontend/dockerfile/parser`), byte by byte: text is held with one
 * character per byte (latin1), because BuildKit looks at bytes too, and a policy that reads another file than the
 * builder is none.
 */

/** White space as Go's `unicode.IsSpace` knows it, in UTF-8. */
const space = String.raw`[\t\n\v\f\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80`;
const leadingSpaces = new RegExp(`^(?:${space})+`);
const oneSpace = new RegExp(`^(?:${space})$`);

export function trimStart(line: string): string {
  return line.replace(leadingSpaces, '');
}

/** From the end, character by character: an expression that looks for the last run of spaces takes quadratic time. */
export function trimEnd(line: string): string {
  let end = line.length;
  for (;;) {
    const width = [1, 2, 3].find((bytes) => bytes <= end && oneSpace.test(line.slice(end - bytes, end)));
    if (width === undefined) return line.slice(0, end);
    end -= width;
  }
}

export function trim(line: string): string {
  return trimEnd(trimStart(line));
}

export function isComment(line: string): boolean {
  return trimStart(line).startsWith('#');
}

/** Lines without their ends, one character per byte, without a byte order mark. */
export function bytesToLines(content: Uint8Array): string[] {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1');
  const lines = text.replace(/^\xef\xbb\xbf/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map(withoutReturns);
}

/** Carriage returns at the end alone: an expression that looks for them takes quadratic time over those before. */
function withoutReturns(line: string): string {
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) === 13) end--;
  return line.slice(0, end);
}

/** Text of the file as a person reads it. */
export function bytesToText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
