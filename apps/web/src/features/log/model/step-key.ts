/** Ordinals begin anew in each attempt, and have six digits at most in an address. */
const perAttempt = 1_000_000;

/** A step of the attempt that is shown has its ordinal as key; one of an earlier attempt has the attempt's number in it. */
export function stepKey(attempt: number | null, ordinal: number): number {
  return (attempt ?? 0) * perAttempt + ordinal;
}

/** @returns `attempt` null for a step of the attempt that is shown */
export function stepOfKey(key: number): { readonly attempt: number | null; readonly ordinal: number } {
  return { attempt: Math.floor(key / perAttempt) || null, ordinal: key % perAttempt };
}

/** The heading of an attempt stands in the order of the steps, and has no lines. */
export const headingKey = (attempt: number): number => -attempt;
export const isHeading = (key: number): boolean => key < 0;
