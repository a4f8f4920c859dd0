import { describe, expect, it } from 'vitest';
import { foretellLane, type LaneFacts } from './foretell-lane.js';

const facts: LaneFacts = { organizationsTrustEachOther: false, building: 1, hasBuilderForStrangers: false };

describe('what a second organization changes', () => {
  it.each([0, 1])('is foretold while %i has a project', (building) => {
    expect(foretellLane({ ...facts, building })).toMatchObject({
      when: 'next',
      says: expect.stringContaining('every build of the installation waits'),
    });
  });

  it('is said as it is once it has happened', () => {
    expect(foretellLane({ ...facts, building: 2 })).toMatchObject({ when: 'now' });
  });

  it('comes with the exact settings and commands', () => {
    const { next } = foretellLane(facts)!;
    for (const word of [
      './cooperage up --strangers',
      'COOPERAGE_LANE=strangers',
      'COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER=true',
    ])
      expect(next).toContain(word);
  });

  it.each<[string, Partial<LaneFacts>]>([
    ['the operator says that they trust each other', { organizationsTrustEachOther: true }],
    ['a builder for strangers is there', { hasBuilderForStrangers: true }],
    ['nobody says which of the two it is', { organizationsTrustEachOther: null }],
  ])('is nothing where %s', (_why, change) => {
    for (const building of [1, 2]) expect(foretellLane({ ...facts, building, ...change })).toBeNull();
  });
});
