import { describe, expect, it } from 'vitest';
import type { Zone } from '../cache/zone.js';
import { tagMoveKind } from './tag-move.js';

const place = (
  sequence: number,
  buildNumber: number,
  digest = `d${sequence}-${buildNumber}`,
  zone: Zone = 'protected',
) => ({
  ...{ sequence: BigInt(sequence), commitTime: BigInt(1_000 + buildNumber), buildNumber, digest, zone },
});

describe('a move of a tag', () => {
  it('is new without a tag, and the same where it points there already', () => {
    expect(tagMoveKind(null, place(1, 1))).toBe('new');
    expect(tagMoveKind(place(9, 9, 'x'), place(1, 1, 'x'))).toBe('same');
  });

  it('R-H5 is refused where a protected ref has the tag and the image is of none', () => {
    const branch = place(2, 2, 'b', 'branch');
    expect(tagMoveKind(place(1, 1), branch)).toBe('protected');
    expect(tagMoveKind(place(1, 1, 'b'), branch)).toBe('same');
    expect(tagMoveKind(branch, place(3, 3))).toBe('forward');
    expect(tagMoveKind(branch, place(3, 3, 'c', 'branch'))).toBe('forward');
  });

  it('R5-C7 is refused for a branch where the tag is kept for a protected ref, and new for a protected one', () => {
    expect(tagMoveKind(null, place(2, 2, 'b', 'branch'), { isKept: true })).toBe('protected');
    expect(tagMoveKind(null, place(2, 2, 'b', 'branch'), { isKept: false })).toBe('new');
    expect(tagMoveKind(null, place(2, 2), { isKept: true })).toBe('new');
  });

  it('R22A-1 is refused for a branch where rules would give the tag to a protected ref, whoever has it now', () => {
    const branch = place(2, 2, 'b', 'branch');
    expect(tagMoveKind(null, branch, { isReserved: true })).toBe('protected');
    expect(tagMoveKind(place(1, 1, 'a', 'branch'), branch, { isReserved: true })).toBe('protected');
    expect(tagMoveKind(place(1, 1, 'b', 'branch'), branch, { isReserved: true })).toBe('same');
    expect(tagMoveKind(null, place(2, 2), { isReserved: true })).toBe('new');
  });

  it('R24B-2 goes by the time of the commit where two have one sequence, whichever was built again', () => {
    const [older, newer] = [place(6, 4), { ...place(6, 3), commitTime: 2_000n }];
    expect(tagMoveKind(newer, older)).toBe('backward');
    expect(tagMoveKind(older, newer)).toBe('forward');
  });

  it('R22C-4 goes to no image of a late build from another, since it was evaluated behind newer commits', () => {
    expect(tagMoveKind(place(9, 9), place(10, 10), { isLate: true })).toBe('late');
    expect(tagMoveKind(null, place(10, 10), { isLate: true })).toBe('new');
    expect(tagMoveKind(place(9, 9, 'x'), place(10, 10, 'x'), { isLate: true })).toBe('same');
  });

  it('R23A-2 goes to no image of a late build where the tag waits for a protected ref', () => {
    expect(tagMoveKind(null, place(10, 10), { isLate: true, isReserved: true })).toBe('late');
    expect(tagMoveKind(null, place(10, 10), { isLate: true, isKept: true })).toBe('late');
    expect(tagMoveKind(null, place(10, 10, 'b', 'branch'), { isLate: true, isKept: true })).toBe('protected');
  });

  it('V7-L2 is refused where the deletion of the image has begun, except that nothing moves', () => {
    const isDeleting = true;
    expect(tagMoveKind(null, place(2, 2), { isDeleting })).toBe('deleting');
    expect(tagMoveKind(place(1, 1), place(2, 2), { isDeleting, isKept: true })).toBe('deleting');
    expect(tagMoveKind(place(9, 9, 'x'), place(1, 1, 'x'), { isDeleting })).toBe('same');
  });

  it('goes by the push first, then by the number of the build', () => {
    expect(tagMoveKind(place(1, 9), place(2, 3))).toBe('forward');
    expect(tagMoveKind(place(2, 3), place(1, 9))).toBe('backward');
    expect(tagMoveKind(place(2, 3), place(2, 4))).toBe('forward');
    expect(tagMoveKind(place(2, 4), place(2, 3))).toBe('backward');
  });
});
