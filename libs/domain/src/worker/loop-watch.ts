/** What a loop that takes work looks like at one moment. Times are milliseconds. */
export interface LoopSight {
  /** What could be taken now: nothing of its group is under way, and its pause is over. */
  readonly due: number;
  /** How long the oldest of these could have been taken. */
  readonly oldestDueMs: number;
  readonly slots: number;
  readonly busySlots: number;
  /** How long the work in a slot goes on that is nearest to its limit; zero where no slot is busy. */
  readonly oldestBusyMs: number;
  /** How long that work may hold its slot. */
  readonly slotLimitMs: number;
  /** How often the loop has taken something. Only grows. */
  readonly taken: number;
  /** How often work was given up that held its slot for longer than it may. Only grows. */
  readonly givenUp?: number;
}

export type LoopState =
  /** Nothing is due, or something was taken lately. */
  | 'working'
  /** Work is due, a slot is free, and nothing is taken. */
  | 'stalled'
  /** Work holds a slot for longer than it may. */
  | 'held'
  /** Work is due, and all slots have been busy with the same work for long. Slow is not broken: this is shown, no alarm. */
  | 'full';

export interface LoopVerdict {
  readonly state: LoopState;
  /** How long it is so, milliseconds. */
  readonly forMs: number;
  /** Whether the loop is to be repaired now. */
  readonly repair: boolean;
}

/** What is remembered of a loop from one look to the next. */
export interface LoopMemory {
  readonly atMs: number;
  readonly taken: number;
  /** For how long, looks added up, work was due and nothing was taken: with a free slot, and without one. */
  readonly stalledMs: number;
  readonly fullMs: number;
  readonly heldMs: number;
  /** Repairs since something was last taken. */
  readonly repairs: number;
}

/** "Due work, a free slot, and nothing taken" for this long is a fault. */
export const stalledAfterMs = 10_000;
/** All slots busy with the same work for this long is told. */
export const fullAfterMs = 60_000;
/** The loop itself ends what is over its limit; the watch leaves it this much time for that. */
export const heldGraceMs = 5_000;
/** A look that came much later than the one before counts as this much: the process itself was stopped meanwhile. */
const longestStepMs = 3_000;

/** Judges a loop by what it looks like now and did before. `nowMs` is of a clock that only goes forward. */
export function judgeLoop(
  before: LoopMemory | undefined,
  sight: LoopSight,
  nowMs: number,
): { memory: LoopMemory; verdict: LoopVerdict } {
  const took = before === undefined || before.taken !== sight.taken;
  const stepMs = before === undefined ? 0 : Math.min(nowMs - before.atMs, longestStepMs);
  const isFree = sight.busySlots < sight.slots;
  const isDue = sight.due > 0;
  const isHeld = sight.oldestBusyMs > sight.slotLimitMs + heldGraceMs;
  const goesOn = (holds: boolean, ms: number | undefined) => (holds && !took ? (ms ?? 0) + stepMs : 0);
  const counted = {
    ...{ atMs: nowMs, taken: sight.taken },
    stalledMs: goesOn(isDue && isFree, before?.stalledMs),
    fullMs: goesOn(isDue && !isFree, before?.fullMs),
    heldMs: isHeld ? (before?.heldMs ?? 0) + stepMs : 0,
  };
  const { state, forMs } = stateOf(counted, sight, isHeld);
  const done = took && !isHeld ? 0 : (before?.repairs ?? 0);
  const troubleMs = state === 'held' ? counted.heldMs + stalledAfterMs : counted.stalledMs;
  const repair = (state === 'stalled' || state === 'held') && troubleMs >= stalledAfterMs * (done + 1);
  return { memory: { ...counted, repairs: repair ? done + 1 : done }, verdict: { state, forMs, repair } };
}

function stateOf(
  { stalledMs, fullMs }: Pick<LoopMemory, 'stalledMs' | 'fullMs'>,
  sight: LoopSight,
  isHeld: boolean,
): { state: LoopState; forMs: number } {
  if (isHeld) return { state: 'held', forMs: sight.oldestBusyMs };
  // What became due a moment ago may have been due each time that it was looked, because others take what was before it.
  if (stalledMs >= stalledAfterMs && sight.oldestDueMs >= stalledAfterMs) return { state: 'stalled', forMs: stalledMs };
  if (fullMs >= fullAfterMs) return { state: 'full', forMs: fullMs };
  return { state: 'working', forMs: 0 };
}

/** Whether a process with such a loop can do its work. */
export function isBroken(state: LoopState): boolean {
  return state === 'stalled' || state === 'held';
}

export const loopTroubleStates = ['stalled', 'held', 'full'] as const satisfies readonly LoopState[];

/** A loop that is not in order, as processes tell it to each other and to people. */
export interface LoopTrouble {
  readonly loop: string;
  readonly state: (typeof loopTroubleStates)[number];
  readonly forMs: number;
  readonly due: number;
}

/** One sentence: which loop, what is wrong, for how long. */
export function loopSentence({ loop, state, forMs, due }: LoopTrouble): string {
  const time = `${Math.round(forMs / 1000)} s`;
  switch (state) {
    case 'stalled':
      return `The loop “${loop}” has taken nothing for ${time}, though ${due} could be taken.`;
    case 'held':
      return `Work has held a slot of the loop “${loop}” for ${time}, longer than it may.`;
    case 'full':
      return `All slots of the loop “${loop}” have been busy with the same work for ${time}; ${due} wait.`;
  }
}
