import { stepKey, stepOfKey } from './step-key';

/**
 * A place in the log as the address carries it: `#s7`, `#s7:L40`, `#s7:L40-52`, and `#a1s7:L40` in an earlier attempt. Lines
 * count from 1 inside their step.
 */
export interface LineAddress {
  /** Its key. */
  readonly step: number;
  readonly from: number | null;
  readonly to: number | null;
}

const pattern = /^#(?:a(\d{1,4}))?s(\d{1,6})(?::L(\d{1,9})(?:-(\d{1,9}))?)?$/;

/** @param shown number of the attempt that is shown */
export function parseLineAddress(hash: string, shown: number): LineAddress | null {
  const match = pattern.exec(hash);
  if (!match) return null;
  const attempt = match[1] === undefined ? shown : Number(match[1]);
  const step = stepKey(attempt === shown ? null : attempt, Number(match[2]));
  const from = match[3] === undefined ? null : Number(match[3]);
  const to = match[4] === undefined ? from : Number(match[4]);
  if (from === null || to === null) return { step, from: null, to: null };
  return { step, from: Math.max(1, Math.min(from, to)), to: Math.max(1, from, to) };
}

export function formatLineAddress({ step, from, to }: LineAddress): string {
  const { attempt, ordinal } = stepOfKey(step);
  const place = `#${attempt === null ? '' : `a${attempt}`}s${ordinal}`;
  if (from === null) return place;
  return to === null || to === from ? `${place}:L${from}` : `${place}:L${from}-${to}`;
}

/** A click on a line number; with shift held it makes a range from the line that was clicked before. */
export function clickLine(present: LineAddress | null, step: number, line: number, extend: boolean): LineAddress {
  if (!extend || present?.step !== step || present.from === null) return { step, from: line, to: line };
  return { step, from: Math.min(present.from, line), to: Math.max(present.to ?? present.from, line) };
}

export function holdsLine(address: LineAddress | null, step: number, line: number): boolean {
  if (address?.step !== step || address.from === null) return false;
  return line >= address.from && line <= (address.to ?? address.from);
}
