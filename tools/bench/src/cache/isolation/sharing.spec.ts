import { describe, expect, it } from 'vitest';
import { Inexact } from '../../measure/inexact.js';
import { demandSharing, isWipedBefore, mainRef, refOfRound, stages } from './sharing.js';

describe('what isolation is compared with', () => {
  it('is the same pushes to one branch, where the other side has a new one in each round', () => {
    expect([0, 1].map((round) => refOfRound('shared', round))).toEqual([mainRef, mainRef]);
    const refs = [0, 1, 2].map((round) => refOfRound('isolated', round));
    expect(new Set([...refs, mainRef]).size).toBe(4);
  });

  it('has a builder that knows nothing, but for the build right behind another', () => {
    expect(stages.map(isWipedBefore)).toEqual([true, false, true]);
  });

  it('is no result where a branch writes what all read, or where nobody writes what is shared', () => {
    expect(() => demandSharing('isolated', 'a', 'b')).toThrow(Inexact);
    expect(() => demandSharing('shared', 'a', 'a')).toThrow(Inexact);
    demandSharing('isolated', 'a', 'a');
    demandSharing('shared', 'a', 'b');
  });
});
