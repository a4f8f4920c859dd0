export interface Pace {
  /** Calls closer together than this become one, in milliseconds. */
  readonly quietMs: number;
  /** Shortest time between two effects, in milliseconds. */
  readonly atMostEveryMs: number;
}

/** Runs `effect` soon after a call, but never more often than the pace allows. The last call always has its effect. */
export function paced(effect: () => void, pace: Pace): { (): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  const run = (): void => {
    timer = undefined;
    lastAt = Date.now();
    effect();
  };
  const call = (): void => {
    if (timer !== undefined) return;
    timer = setTimeout(run, Math.max(pace.quietMs, lastAt + pace.atMostEveryMs - Date.now()));
  };
  return Object.assign(call, { cancel: () => clearTimeout(timer) });
}
