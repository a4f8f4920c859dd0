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

/** The same for builds that lost an engine together, from and to: by chance, so that they do not meet in the next one (R8-C4). */
const apartMs = [
  { from: 2_000, to: 20_000 },
  { from: 15_000, to: 60_000 },
] as const;

/**
 * How long a build waits after a failed attempt before its next one.
 * @param beside how many others lost the engine with it
 * @param chance from 0 to 1
 */
export function pauseAfter(
  { code }: Pick<BuildFailure, 'code'>,
  attemptNumber: number,
  beside = 0,
  chance = Math.random(),
): number {
  if (code === 'EngineUnavailable' && beside > 0) {
    const { from, to } = apartMs[attemptNumber === 1 ? 0 : 1];
    return Math.round(from + (to - from) * chance);
  }
  const pauses = pausesMs[code] ?? [];
  return pauses[Math.min(attemptNumber, pauses.length) - 1] ?? 0;
}
