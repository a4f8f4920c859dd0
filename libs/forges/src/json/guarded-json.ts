import { GuardedJsonError } from './guarded-json-error.js';
import { checkStructure } from './structure.js';

/**
 * Parses JSON (RFC 8259) that a stranger wrote. Refused before any value is made: invalid UTF-8, a byte order mark, lone
 * surrogates, nesting deeper than 64, more than 20,000 keys, a key twice in one object, and the keys `__proto__`,
 * `constructor`, `prototype`. Takes time linear in the length.
 * @throws {GuardedJsonError} with a sentence that holds no part of the text.
 */
export function parseGuardedJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  if (text.startsWith('\ufeff')) throw new GuardedJsonError('The JSON starts with a byte order mark.');
  checkStructure(text);
  const value = parse(text);
  if (hasSurrogateEscape(text) && !isWellFormed(value)) throw new GuardedJsonError('The JSON has a lone surrogate.');
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new GuardedJsonError('The JSON is not valid UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes the text.
    throw new GuardedJsonError('The body is not valid JSON.');
  }
}

/** Valid UTF-8 holds no surrogates, so only an escape can make a lone one. Most bodies have none and skip the walk. */
function hasSurrogateEscape(text: string): boolean {
  return /\\u[dD][89a-fA-F]/.test(text);
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, part]) => key.isWellFormed() && isWellFormed(part));
}
