/** How a value looks in URLs (RFC 3986, `encodeURIComponent` and form encoding), with both cases of hex digits. */
export function urlForms(value: Uint8Array): string[] {
  const strict = percentEncode(value, /[A-Za-z0-9\-._~]/);
  const loose = percentEncode(value, /[A-Za-z0-9\-._~!'()*]/);
  const form = percentEncode(value, /[A-Za-z0-9\-._* ]/).replaceAll(' ', '+');
  return [strict, loose, form].flatMap((text) => [text, text.replace(/%../g, (hex) => hex.toLowerCase())]);
}

function percentEncode(value: Uint8Array, kept: RegExp): string {
  const characters = Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return kept.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return Array.from(value, (byte) => characters[byte]).join('');
}

/**
 * How a value looks inside a JSON string: as JavaScript writes it, with all but ASCII escaped (Python), with markup
 * escaped (Go) and with `/` escaped (PHP). Nothing for bytes that are no UTF-8, for JSON cannot hold them.
 */
export function jsonForms(value: Uint8Array): string[] {
  const text = decode(value);
  if (text === undefined) return [];
  const plain = JSON.stringify(text).slice(1, -1);
  const ascii = plain.replace(/[\u007f-\uffff]/g, unicodeEscape);
  const markup = plain.replace(/[<>&\u2028\u2029]/g, unicodeEscape);
  return [plain, ascii, markup, plain.replaceAll('/', '\\/'), ascii.replaceAll('/', '\\/')];
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function decode(value: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined;
  }
}
