import { describe, expect, it } from 'vitest';
import { isBroken, judgeLoop, type LoopMemory, type LoopSight, type LoopVerdict, loopSentence } from './loop-watch.js';

const calm: LoopSight = {
  ...{ due: 0, oldestDueMs: 0, slots: 2, busySlots: 0, oldestBusyMs: 0, slotLimitMs: 60_000, taken: 0 },
};
const stuck: LoopSight = { ...calm, due: 3, oldestDueMs: 60_000, taken: 7 };

/** The verdicts of looks one second apart. */
function watch(sights: readonly LoopSight[], everyMs = 1_000): LoopVerdict[] {
  let memory: LoopMemory | undefined;
  return sights.map((sight, index) => {
    const judged = judgeLoop(memory, sight, index * everyMs);
    memory = judged.memory;
    return judged.verdict;
  });
}
const many = (sight: LoopSight, count: number) => Array.from({ length: count }, () => sight);
const statesOf = (verdicts: readonly LoopVerdict[]) => verdicts.map(({ state }) => state);

describe('judgeLoop', () => {
  it('R-W1 finds a loop stalled that takes nothing for ten seconds while work is due and a slot is free', () => {
    const verdicts = watch(many(stuck, 12));
    expect(statesOf(verdicts.slice(0, 10))).toEqual(Array(10).fill('working'));
    expect(verdicts[10]).toEqual({ state: 'stalled', forMs: 10_000, repair: true });
    expect(verdicts[11]).toEqual({ state: 'stalled', forMs: 11_000, repair: false });
  });

  it('repairs again every ten seconds while a repair does not help', () => {
    const at = watch(many(stuck, 35)).flatMap(({ repair }, second) => (repair ? [second] : []));
    expect(at).toEqual([10, 20, 30]);
  });

  it('is content as soon as something is taken', () => {
    const verdicts = watch([...many(stuck, 15), ...many({ ...stuck, taken: 8 }, 3)]);
    expect(statesOf(verdicts.slice(14))).toEqual(['stalled', 'working', 'working', 'working']);
  });

  it('sees no fault where work is due for a moment only, again and again, since others take it', () => {
    expect(new Set(statesOf(watch(many({ ...stuck, oldestDueMs: 300 }, 60))))).toEqual(new Set(['working']));
  });

  it('sees no fault after a pause of the whole process', () => {
    expect(statesOf(watch([stuck, stuck, stuck], 60_000))).toEqual(['working', 'working', 'working']);
  });

  it('tells that all slots are busy with the same work for a minute, and does not call that broken', () => {
    const full = { ...stuck, busySlots: 2, oldestBusyMs: 50_000 };
    const verdicts = watch(many(full, 62));
    expect(verdicts[59]?.state).toBe('working');
    expect(verdicts[61]).toEqual({ state: 'full', forMs: 61_000, repair: false });
    expect(isBroken('full')).toBe(false);
  });

  it('finds work that holds its slot beyond the limit of the loop, due work or not, and has it let go', () => {
    const held = { ...calm, busySlots: 1, oldestBusyMs: 66_000 };
    expect(watch([{ ...held, oldestBusyMs: 64_000 }, held])).toEqual([
      { state: 'working', forMs: 0, repair: false },
      { state: 'held', forMs: 66_000, repair: true },
    ]);
    expect(isBroken('held')).toBe(true);
  });

  it('says which loop, what is wrong, and for how long', () => {
    expect(loopSentence({ loop: 'publish', state: 'stalled', forMs: 14_200, due: 3 })).toBe(
      'The loop “publish” has taken nothing for 14 s, though 3 could be taken.',
    );
    expect(loopSentence({ loop: 'publish', state: 'held', forMs: 90_000, due: 0 })).toContain('for 90 s');
    expect(loopSentence({ loop: 'publish', state: 'full', forMs: 61_000, due: 2 })).toContain('2 wait');
  });
});
