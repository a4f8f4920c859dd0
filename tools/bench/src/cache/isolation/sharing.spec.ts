import { describe, expect, it } from 'vitest';
import { Inexact } from '../../measure/inexact.js';
import { demandSharing, demandSteps, mainRef, refOfRound, stages, treeOfRound, worlds } from './sharing.js';

describe('what isolation is compared with', () => {
  it('is the same pushes to one branch, where the other side has a new one in each round', () => {
    expect([0, 1].map((round) => refOfRound('shared', round))).toEqual([mainRef, mainRef]);
    const refs = [0, 1, 2].map((round) => refOfRound('isolated', round));
    expect(new Set([...refs, mainRef]).size).toBe(4);
  });

  it('changes something only where the builder knows the rest already', () => {
    for (const stage of stages) expect(worlds[stage].wiped).toBe(!worlds[stage].changes);
  });

  it('is no result where a step ran that the cache has to hold', () => {
    for (const sharing of ['isolated', 'shared'] as const) {
      demandSteps(sharing, 'first', 0);
      demandSteps(sharing, 'warm', 3);
      demandSteps(sharing, 'again', 0);
      expect(() => demandSteps(sharing, 'first', 1)).toThrow(Inexact);
      expect(() => demandSteps(sharing, 'warm', 4)).toThrow(Inexact);
      expect(() => demandSteps(sharing, 'again', 2)).toThrow(Inexact);
    }
  });

  it('begins with files that the cache knows: what the default branch wrote, or what was shared last', () => {
    expect(treeOfRound('isolated', 'of main', 'of the round before')).toBe('of main');
    expect(treeOfRound('shared', 'of main', 'of the round before')).toBe('of the round before');
  });

  it('is no result where a branch writes what all read, or where nobody writes what is shared', () => {
    expect(() => demandSharing('isolated', 'a', 'b')).toThrow(Inexact);
    expect(() => demandSharing('shared', 'a', 'a')).toThrow(Inexact);
    demandSharing('isolated', 'a', 'a');
    demandSharing('shared', 'a', 'b');
  });
});
