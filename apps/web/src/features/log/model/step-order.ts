/** A step that printed nothing because its result was there, and when it began, in milliseconds since 1970. */
export interface SilentStep {
  readonly ordinal: number;
  readonly startedMs: number | null;
}

/**
 * Steps as the log shows them: those that printed as they began to print, and the silent ones before the first that began
 * later. 0, the build as a whole, is last.
 */
export function stepOrder(
  printed: readonly number[],
  silent: readonly SilentStep[],
  startedMs: (ordinal: number) => number | null,
): number[] {
  const order = [...printed];
  for (const step of silent.filter(({ ordinal }) => !printed.includes(ordinal))) {
    const at = order.findIndex((each) => each === 0 || isLater(startedMs(each), each, step));
    order.splice(at === -1 ? order.length : at, 0, step.ordinal);
  }
  return order;
}

function isLater(beganMs: number | null, ordinal: number, step: SilentStep): boolean {
  if (beganMs === null || step.startedMs === null || beganMs === step.startedMs) return ordinal > step.ordinal;
  return beganMs > step.startedMs;
}
