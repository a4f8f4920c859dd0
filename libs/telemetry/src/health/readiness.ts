/** A part that a process leans on. */
export interface ReadinessCheck {
  readonly name: string;
  /** Without a required part the process is not ready; without another it is only degraded. */
  readonly required: boolean;
  /** Resolves when the part answers. */
  readonly check: (signal: AbortSignal) => Promise<unknown>;
}

export interface Readiness {
  readonly ready: boolean;
  /** Names of the parts that do not answer. Why is in the log: the answer may be read by strangers. */
  readonly degraded: readonly string[];
}

const defaultTimeoutMs = 2_000;

/** Asks all parts at once, each with a limit of time. Never rejects. */
export async function readiness(
  checks: readonly ReadinessCheck[],
  onFailure: (name: string, error: unknown) => void = () => {},
  timeoutMs = defaultTimeoutMs,
): Promise<Readiness> {
  const results = await Promise.allSettled(checks.map((part) => answersInTime(part, timeoutMs)));
  const failed = checks.filter((part, index) => {
    const result = results[index]!;
    if (result.status === 'rejected') onFailure(part.name, result.reason);
    return result.status === 'rejected';
  });
  return { ready: !failed.some((part) => part.required), degraded: failed.map((part) => part.name) };
}

/** The signal asks the check to stop; the race holds even for one that does not listen. */
async function answersInTime(part: ReadinessCheck, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer in ${timeoutMs} ms`)), { once: true });
  });
  await Promise.race([part.check(signal), late]);
}
