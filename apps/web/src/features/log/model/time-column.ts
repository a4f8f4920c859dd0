import { formatOffset } from '../../../lib/format/duration';

/** What the column beside the line numbers says: nothing, time since its step or its build began, or the time of day. */
export const timeModes = ['build', 'step', 'clock', 'off'] as const;
export type TimeMode = (typeof timeModes)[number];

export const timeModeWords: Readonly<Record<TimeMode, string>> = {
  build: 'since the build began',
  step: 'since the step began',
  clock: 'time of day',
  off: 'off',
};

export interface Beginnings {
  /** When the attempt was taken by a worker, in milliseconds since 1970; null when that is not known. */
  readonly attemptMs: number | null;
  readonly stepMs: number | null;
}

export function nextTimeMode(mode: TimeMode): TimeMode {
  return timeModes[(timeModes.indexOf(mode) + 1) % timeModes.length]!;
}

/** @param atMs milliseconds since the attempt was taken */
export function timeText(mode: TimeMode, atMs: number, { attemptMs, stepMs }: Beginnings): string {
  if (mode === 'off') return '';
  if (mode === 'step' && attemptMs !== null && stepMs !== null) return `+${formatOffset(attemptMs + atMs - stepMs)}`;
  if (mode === 'clock' && attemptMs !== null) return clockText(new Date(attemptMs + atMs));
  return `+${formatOffset(atMs)}`;
}

function clockText(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
