import { isUtf8 } from 'node:buffer';
import { type Sliced, sliceBytes } from '../slices.js';
import { GuardedJsonError } from './guarded-json-error.js';
import { checkStructure, notJson, type Outline, textOf } from './structure.js';

/** A longer text is not parsed as a whole, which would keep everybody else waiting. */
export const maxWholeBytes = 1024 * 1024;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * Parses JSON (RFC 8259) that a stranger wrote. Refused before any value is made: invalid UTF-8, a byte order mark, lone
 * surrogates, nesting deeper than 64, more than 100,000 keys or 1,000,000 values, a key twice in one object, and the keys
 * `__proto__`, `constructor`, `prototype`. Takes time linear in the length.
 *
 * Of a text longer than 1 MiB, which has to be an object, members of more than 256 KiB are left out: nobody reads them, so of
 * those only strings, brackets and keys are checked.
 * @throws {GuardedJsonError} with a sentence that holds no part of the text.
 */
export function* parseGuardedJson(bytes: Uint8Array): Sliced<unknown> {
  if (!(yield* isUtf8InSlices(bytes))) throw new GuardedJsonError('The JSON is not valid UTF-8.');
  if (byteOrderMark.every((byte, at) => bytes[at] === byte))
    throw new GuardedJsonError('The JSON starts with a byte order mark.');
  const outline = yield* checkStructure(bytes);
  if (bytes.length <= maxWholeBytes) return parse(textOf(bytes, { start: 0, end: bytes.length }));
  if (outline === null) throw new GuardedJsonError('A JSON longer than 1 MiB must be an object.');
  return yield* parseShortMembers(bytes, outline);
}

function* isUtf8InSlices(bytes: Uint8Array): Sliced<boolean> {
  let start = 0;
  while (bytes.length - start > sliceBytes) {
    let end = start + sliceBytes;
    // A slice ends before a character, which has up to three bytes behind its first.
    for (let back = 0; back < 3 && isInsideCharacter(bytes[end]!); back++) end--;
    if (!isUtf8(bytes.subarray(start, end))) return false;
    start = end;
    yield;
  }
  return isUtf8(bytes.subarray(start));
}

function isInsideCharacter(byte: number): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000;
}

function* parseShortMembers(bytes: Uint8Array, { start, end, members }: Outline): Sliced<unknown> {
  const around = textOf(bytes, { start: 0, end: start }) + textOf(bytes, { start: end, end: bytes.length });
  if (/[^\t\n\r ]/.test(around)) throw notJson();
  const value: Record<string, unknown> = {};
  let pending = 0;
  for (const member of members) {
    const length = member.end - member.start;
    if (length > sliceBytes) continue;
    pending += length;
    if (pending > sliceBytes) {
      yield;
      pending = length;
    }
    const parsed = parse(`{${textOf(bytes, member)}}`) as object;
    if (Object.keys(parsed).length !== 1) throw notJson();
    Object.assign(value, parsed);
  }
  return value;
}

function parse(text: string): unknown {
  const value = parseJson(text);
  if (hasSurrogateEscape(text) && !isWellFormed(value)) throw new GuardedJsonError('The JSON has a lone surrogate.');
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes the text.
    throw notJson();
  }
}

/** Valid UTF-8 holds no surrogates, so only an escape can make a lone one. Most bodies have none and skip the walk. */
function hasSurrogateEscape(text: string): boolean {
  return /\\u[dD][89a-fA-F]/.test(text);
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  // The pairs of a long array would take twenty times its memory.
  if (Array.isArray(value)) return value.every(isWellFormed);
  return Object.entries(value).every(([key, part]) => key.isWellFormed() && isWellFormed(part));
}
