import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HeldSlot, SlotLimitExceeded, Slots } from './slots.js';

const never = () => new Promise<never>(() => undefined);

describe('Slots', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('A3 abort work at the limit of its kind, and count it', async () => {
    const slots = new Slots(2, 60_000);
    const held: HeldSlot[] = [];
    void slots.hold((slot) => {
      held.push(slot);
      return never();
    }, 1_000);
    void slots.hold((slot) => {
      held.push(slot);
      return never();
    });
    await vi.advanceTimersByTimeAsync(1_001);
    expect(held.map(({ signal }) => signal.reason instanceof SlotLimitExceeded)).toEqual([true, false]);
    expect(slots.sight()).toMatchObject({ busySlots: 2, oldestBusyMs: 1_001, slotLimitMs: 1_000, givenUp: 1 });
    slots.letGo();
    expect(slots.sight()).toMatchObject({ busySlots: 1, slotLimitMs: 60_000, givenUp: 1 });
  });

  it('A3 give work the time that it knows to need once it has begun, counted from its beginning', async () => {
    const slots = new Slots(1, 1_000);
    let slot: HeldSlot | undefined;
    void slots.hold((own) => {
      slot = own;
      return never();
    });
    await vi.advanceTimersByTimeAsync(900);
    slot!.allow(5_000);
    await vi.advanceTimersByTimeAsync(4_099);
    expect(slot!.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(slot!.signal.aborted).toBe(true);
  });
});
