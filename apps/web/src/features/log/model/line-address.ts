/** A place in the log as the address carries it: `#s7`, `#s7:L40`, `#s7:L40-52`. Lines count from 1 inside their step. */
export interface LineAddress {
  readonly step: number;
  readonly from: number | null;
  readonly to: number | null;
}

const pattern = /^#s(\d{1,6})(?::L(\d{1,9})(?:-(\d{1,9}))?)?$/;

export function parseLineAddress(hash: string): LineAddress | null {
  const match = pattern.exec(hash);
  if (!match) return null;
  const from = match[2] === undefined ? null : Number(match[2]);
  const to = match[3] === undefined ? from : Number(match[3]);
  if (from === null || to === null) return { step: Number(match[1]), from: null, to: null };
  return { step: Number(match[1]), from: Math.max(1, Math.min(from, to)), to: Math.max(1, from, to) };
}

export function formatLineAddress({ step, from, to }: LineAddress): string {
  if (from === null) return `#s${step}`;
  return to === null || to === from ? `#s${step}:L${from}` : `#s${step}:L${from}-${to}`;
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
