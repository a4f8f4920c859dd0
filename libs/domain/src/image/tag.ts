const pattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** Tags that carry signatures and referrers (`sha256-<hex>`, `.sig`, `.att`, `.sbom`): never a user's. */
const reserved = /^sha256-[0-9a-f]{64}(\.[a-z]+)?$/;

/** A tag of the OCI distribution specification that a build may move. */
export function isTag(value: string): boolean {
  return pattern.test(value) && !reserved.test(value);
}

/** Each run of characters that a tag may not hold becomes `-` (docker/metadata-action's rule); at most 128 characters. */
export function sanitizeTag(value: string): string {
  return value
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128);
}
