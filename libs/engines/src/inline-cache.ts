import { inlineCacheField } from '@cooperage/buildkit';

/**
 * Bytes that an image's configuration spends on saying how its steps are found again; 0 where it says nothing.
 * @throws {SyntaxError} when it is no JSON
 */
export function inlineCacheBytes(config: Uint8Array): number {
  const { [inlineCacheField]: cache } = JSON.parse(Buffer.from(config).toString('utf8')) as Record<string, unknown>;
  return typeof cache === 'string' ? cache.length : 0;
}
