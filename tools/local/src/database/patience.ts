import { setTimeout as delay } from 'node:timers/promises';

/** How those who change the database meet those who use it at the same time. */
export interface Patience {
  /** A change waits this long for a lock, and others wait behind it. */
  readonly lockTimeoutMs: number;
  readonly tries: number;
  /** A migration that takes longer is named to people. */
  readonly longMs: number;
  /** Waits before the next try. @param problem one line for people */
  readonly pause: (problem: string) => Promise<void>;
  /** Says one line to people: why they wait. */
  readonly say: (line: string) => void;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export const usualPatience: Patience = {
  lockTimeoutMs: 10_000,
  tries: 3,
  longMs: 2_000,
  async pause(problem) {
    say(problem);
    await delay(10_000);
  },
  say,
};

/** SQLSTATE of what others' locks do, and what passes with them: no lock in time, and the victim of a deadlock. */
export const lockCodes: ReadonlySet<string> = new Set(['55P03', '40P01']);
export const WHERE_OTHERS_HOLD =
  'Others hold what it needs. Stop api, live, control and the builders, and wait until no backup runs.';
