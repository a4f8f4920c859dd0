/** A content digest as in the OCI image specification; only sha256 is used and accepted. */
export type Digest = `sha256:${string}`;

const pattern = /^sha256:[0-9a-f]{64}$/;

export function isDigest(value: string): value is Digest {
  return pattern.test(value);
}

/** @throws {TypeError} when `value` is not a lower-case sha256 digest. */
export function parseDigest(value: string): Digest {
  if (!isDigest(value)) throw new TypeError('not a sha256 digest');
  return value;
}
