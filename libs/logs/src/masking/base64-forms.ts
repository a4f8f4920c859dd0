import { wrapped } from './wrapped.js';

/** Widths at which common tools wrap base64: `base64` and MIME at 76, PEM at 64. */
const wrapWidths = [76, 64];

/**
 * How a value looks inside base64 (RFC 4648, both alphabets), wherever it stands in the encoded bytes. A character at
 * its edges that depends on a neighbour's byte too cannot be known and stays: at most four bits of the value each.
 */
export function base64Forms(value: Uint8Array): string[] {
  const whole = Buffer.from(value).toString('base64');
  const standard = [0, 1, 2].flatMap((before) => aligned(value, before));
  const lines = wrapWidths.flatMap((width) => wrapped(whole, width));
  return [...standard, ...lines].flatMap((form) => [form, urlSafe(form)]);
}

/** The value behind `before` unknown bytes: amid other bytes, at the end without padding, at the end with padding. */
function aligned(value: Uint8Array, before: number): string[] {
  const encoded = Buffer.concat([new Uint8Array(before), value]).toString('base64');
  const firstWhole = Math.ceil((before * 8) / 6);
  const wholeEnd = Math.floor(((before + value.length) * 8) / 6);
  const padding = encoded.indexOf('=');
  const unpaddedEnd = padding === -1 ? encoded.length : padding;
  return [wholeEnd, unpaddedEnd, encoded.length].map((end) => encoded.slice(firstWhole, end));
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}
