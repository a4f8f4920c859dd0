import type { SourceOptions } from '@cooperage/source';

/**
 * Control reads commits in slots that all organizations share: a git host that is slow loses its turn earlier than for a build, and
 * nobody waits in a slot for a host that is away, since the evaluation itself is put back (S-030, R-H11).
 */
export const briefly = {
  limits: { refsTimeoutMs: 30_000, fetchTimeoutMs: 240_000, minBytesPerSecond: 16 * 1024 },
  retryDelaysMs: [],
} satisfies Partial<SourceOptions>;
