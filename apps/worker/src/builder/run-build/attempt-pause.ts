import type { BuildFailure, FailureCode } from '@cooperage/domain';

/**
 * Milliseconds before the second and the third attempt. What comes back within seconds is tried within seconds; a registry
 * or a git host that is away should not have cost all attempts by the time it returns.
 */
const pausesMs: Partial<Record<FailureCode, readonly number[]>> = {
  RegistryUnavailable: [15_000, 300_000],
  PushRejected: [15_000, 300_000],
  SourceUnavailable: [15_000, 300_000],
  EngineUnavailable: [2_000, 15_000],
  DiskFull: [2_000, 60_000],
  InternalError: [2_000, 15_000],
};

/** How long a build waits after a failed attempt before its next one. */
export function pauseAfter({ code }: Pick<BuildFailure, 'code'>, attemptNumber: number): number {
  const pauses = pausesMs[code] ?? [];
  return pauses[Math.min(attemptNumber, pauses.length) - 1] ?? 0;
}
