/** A reason that anybody may read who may ask whether the process is ready: it names parts of ours and times, nothing else. */
export class SaidOpenly extends Error {
  override readonly name = 'SaidOpenly';
}

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
  /** Names of the parts that do not answer. Why is in the log: anybody may read the answer. */
  readonly degraded: readonly string[];
  /** Reasons that anybody may read, by part; left out where there is none. */
  readonly reasons?: Readonly<Record<string, string>>;
}

const defaultTimeoutMs = 2_000;

/** Asks all parts at once, each with a limit of time. Never rejects. */
export async function readiness(
  checks: readonly ReadinessCheck[],
  onFailure: (name: string, error: unknown) => void = () => {},
  timeoutMs = defaultTimeoutMs,
): Promise<Readiness> {
  const results = await Promise.allSettled(checks.map((part) => answersInTime(part, timeoutMs)));
  const reasons: Record<string, string> = {};
  const failed = checks.filter((part, index) => {
    const result = results[index]!;
    if (result.status !== 'rejected') return false;
    onFailure(part.name, result.reason);
    if (result.reason instanceof SaidOpenly) reasons[part.name] = result.reason.message;
    return true;
  });
  return {
    ...{ ready: !failed.some((part) => part.required), degraded: failed.map((part) => part.name) },
    ...(Object.keys(reasons).length > 0 && { reasons }),
  };
}

/** The signal asks the check to stop; the race holds even for one that does not listen. */
async function answersInTime(part: ReadinessCheck, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer in ${timeoutMs} ms`)), { once: true });
  });
  await Promise.race([part.check(signal), late]);
}
