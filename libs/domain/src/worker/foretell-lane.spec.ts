import { describe, expect, it } from 'vitest';
import { foretellLane, type LaneFacts } from './foretell-lane.js';

const facts: LaneFacts = {
  ...{ organizationsTrustEachOther: false, home: 'acme', hasBuilderForStrangers: false },
  ...{ others: 0, othersBuilding: 0 },
};

describe('R-H4 what a second organization needs', () => {
  it.each([0, 1])('is said before it builds, with %i of them there', (others) => {
    const said = foretellLane({ ...facts, others })!;
    expect(said).toMatchObject({ when: 'next', organizations: others });
    expect(said.says).toContain('any other organization wait');
  });

  it('is said as it is once its builds wait, and that those of the home organization go on', () => {
    const said = foretellLane({ ...facts, others: 3, othersBuilding: 2 })!;
    expect(said).toMatchObject({ when: 'now', organizations: 3 });
    expect(said.says).toContain('Builds of 2 organizations wait');
    expect(said.says).toContain('those of acme go on');
  });

  it('is said where no organization has the trusted builders', () => {
    const said = foretellLane({ ...facts, home: null, others: 1, othersBuilding: 1 })!;
    expect(said.says).toBe(
      'No organization has the trusted builders. Builds of one organization wait until there is a builder for untrusted code.',
    );
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
    for (const othersBuilding of [0, 2])
      expect(foretellLane({ ...facts, others: 2, othersBuilding, ...change })).toBeNull();
  });
});
