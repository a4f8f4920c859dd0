/** The parts that an installation stands on, in the order in which they are looked at. */
export const checkNames = ['database', 'redis', 'builder', 'registry', 'public_address'] as const;
export type CheckName = (typeof checkNames)[number];

/** What a look at a part can find. `ok` is the only good end. */
export const checkCodes = [
  'ok',
  'unreachable',
  'refused',
  'not_migrated',
  'evicts',
  'engine_unreachable',
  'build_failed',
  'deletes_nothing',
  'unresolvable',
  'untrusted_certificate',
  'redirected',
  'somebody_else',
  'no_answer',
  'too_slow',
] as const;
export type CheckCode = (typeof checkCodes)[number];

export interface CheckFinding {
  readonly code: CheckCode;
  /** What was measured, as one sentence without a secret. */
  readonly fact: string;
  readonly tookMs: number;
}

/** The newest ask for one part, and what came of it so far. */
export interface CheckRecord {
  readonly name: CheckName;
  readonly askedAt: Date;
  /** Somebody works on it since then. */
  readonly takenAt: Date | null;
  readonly takenBy: string | null;
  readonly answeredAt: Date | null;
  readonly finding: CheckFinding | null;
}

export type CheckState = 'unasked' | 'waiting' | 'ok' | 'failed';

export interface CheckReading {
  readonly name: CheckName;
  readonly state: CheckState;
  readonly code: CheckCode | null;
  readonly fact: string | null;
  readonly tookMs: number | null;
}

/** An ask that nobody has taken after this long is answered by that. */
export const takeWithinMs = 20_000;
/** Whoever has taken it ends within this time by themselves; later than that they have died over it. */
export const answerWithinMs = 45_000;

const answerer: Readonly<Record<CheckName, string>> = {
  database: 'api process',
  redis: 'api process',
  builder: 'builder',
  registry: 'control process',
  public_address: 'api process',
};

/** How a part stands now. An ask without an answer turns into a finding of its own when its time is over. */
export function readCheck(name: CheckName, record: CheckRecord | null, now: Date): CheckReading {
  if (record === null) return { name, state: 'unasked', code: null, fact: null, tookMs: null };
  if (record.finding !== null) {
    const { code, fact, tookMs } = record.finding;
    return { name, state: code === 'ok' ? 'ok' : 'failed', code, fact, tookMs };
  }
  const late = lateFinding(name, record, now);
  if (late === null) return { name, state: 'waiting', code: null, fact: null, tookMs: null };
  return { name, state: 'failed', tookMs: null, ...late };
}

function lateFinding(name: CheckName, record: CheckRecord, now: Date): { code: CheckCode; fact: string } | null {
  const { takenAt, takenBy, askedAt } = record;
  const limitMs = takenAt === null ? takeWithinMs : answerWithinMs;
  if (now.getTime() - (takenAt ?? askedAt).getTime() < limitMs) return null;
  const seconds = limitMs / 1000;
  if (takenAt === null) return { code: 'no_answer', fact: `No ${answerer[name]} has taken the check in ${seconds} s.` };
  return { code: 'too_slow', fact: `${takenBy ?? 'Somebody'} took the check and did not answer within ${seconds} s.` };
}
