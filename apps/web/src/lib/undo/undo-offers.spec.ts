import { beforeEach, describe, expect, it } from 'vitest';
import { ok, type Result, unreachable } from '../api/problem';
import { UndoOffers, undoMs } from './undo-offers';

/** Time that passes only when the test says so. */
function handClock() {
  let nowMs = 0;
  const due = new Map<symbol, { atMs: number; run: () => void }>();
  return {
    after(ms: number, run: () => void) {
      const key = Symbol('timer');
      due.set(key, { atMs: nowMs + ms, run });
      return () => void due.delete(key);
    },
    pass(ms: number) {
      nowMs += ms;
      for (const [key, timer] of due) {
        if (timer.atMs > nowMs) continue;
        due.delete(key);
        timer.run();
      }
    },
  };
}

let clock: ReturnType<typeof handClock>;
let offers: UndoOffers;
beforeEach(() => {
  clock = handClock();
  offers = new UndoOffers(clock);
});

const states = () => offers.current().map(({ state }) => state);

describe('an offer to take back', () => {
  it('stands for 8 seconds, then the act holds', () => {
    let undone = 0;
    offers.add('Done', async () => ok(++undone));
    clock.pass(undoMs - 1);
    expect(states()).toEqual(['open']);
    clock.pass(1);
    expect(states()).toEqual([]);
    expect(undone).toBe(0);
  });

  it('waits while somebody reads it, and then stands for its whole time again', () => {
    offers.add('Done', async () => ok(null));
    offers.hold(true);
    clock.pass(10 * undoMs);
    expect(states()).toEqual(['open']);
    offers.hold(false);
    clock.pass(undoMs - 1);
    expect(states()).toEqual(['open']);
    clock.pass(1);
    expect(states()).toEqual([]);
  });

  it('takes back once, however often it is pressed', async () => {
    let undone = 0;
    offers.add('Done', async () => ok(++undone));
    const { id } = offers.current()[0]!;
    await Promise.all([offers.takeBack(id), offers.takeBack(id)]);
    await offers.takeBack(id);
    expect([undone, states()]).toEqual([1, ['undone']]);
  });

  it('says when taking back failed, and can be asked again', async () => {
    const answers: Result<null>[] = [{ ok: false, problem: unreachable() }, ok(null)];
    offers.add('Done', async () => answers.shift()!);
    const { id } = offers.current()[0]!;
    await offers.takeBack(id);
    expect(offers.current()[0]).toMatchObject({ state: 'failed', problem: { code: 'unavailable' } });
    await offers.takeBack(id);
    expect(states()).toEqual(['undone']);
  });

  it('stands before older ones', () => {
    for (const name of ['first', 'second']) offers.add(name, async () => ok(null));
    expect(offers.current().map(({ done }) => done)).toEqual(['second', 'first']);
  });
});
