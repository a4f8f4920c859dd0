import { sealedBoxOverheadBytes } from '../crypto/sealed-box.js';

/**
 * What the build secrets and registry passwords of one project may have together, bytes. Whoever masks them keeps all of
 * their written and encoded forms in memory: about 20 times the bytes of a text, and up to 70 times those of any value.
 */
export const maxSecretBytes = 131_072;

/** Bytes of a value, known from its sealed form. */
export function sealedValueBytes(sealed: Uint8Array): number {
  return Math.max(0, sealed.length - sealedBoxOverheadBytes);
}
