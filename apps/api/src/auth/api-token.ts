import { createHash, randomBytes } from 'node:crypto';

/** `coop_` and 32 random bytes: recognisable by secret scanners, impossible to guess. */
const pattern = /^coop_[A-Za-z0-9_-]{43}$/;
const shownCharacters = 12;

export interface FreshToken {
  readonly secret: string;
  readonly prefix: string;
  readonly hash: Uint8Array;
}

export function freshToken(): FreshToken {
  const secret = `coop_${randomBytes(32).toString('base64url')}`;
  return { secret, prefix: secret.slice(0, shownCharacters), hash: hashOf(secret) };
}

/** The hash by which a token is found; undefined for text that cannot be one. */
export function tokenHash(text: string): Uint8Array | undefined {
  return pattern.test(text) ? hashOf(text) : undefined;
}

/** A plain hash is enough for 256 random bits: there is nothing to guess. */
function hashOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
