import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * The only comparison of proofs in this library: how long it takes says nothing of where two values differ (S-003). A
 * spec reads the sources and fails on any other.
 */
export function proofEqual(expected: Uint8Array, given: Uint8Array): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Compares secrets whose length is a secret too: their hashes have equal lengths. */
export function secretEqual(expected: Uint8Array, given: Uint8Array): boolean {
  return proofEqual(sha256(expected), sha256(given));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
