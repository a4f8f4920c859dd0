import { engineFloor } from './lane.js';

/** What is known of an installation before somebody adds to it. */
export interface LaneFacts {
  /** The operator's word that organizations trust each other; null where no control process says. */
  readonly organizationsTrustEachOther: boolean | null;
  /** Short name of the organization that the trusted pool belongs to; null where there is none. */
  readonly home: string | null;
  /** Organizations beside that one, and those of them that have a project. */
  readonly others: number;
  readonly othersBuilding: number;
  /** A builder of the lane of strangers that takes builds is there. */
  readonly hasBuilderForStrangers: boolean;
}

/** `next`: it concerns the next organization with a project. `now`: builds wait for it already. */
export interface LaneForetelling {
  readonly when: 'next' | 'now';
  readonly says: string;
  /** What to do, with the exact settings and commands. */
  readonly next: string;
  /** Organizations that are there and cannot build. */
  readonly organizations: number;
}

/**
 * Says that organizations other than the home one cannot build yet: the trusted pool is not theirs, and the untrusted one has
 * no builder (docs/adr/0038). Null where all can build. The home organization builds on, whatever others do.
 */
export function foretellLane(facts: LaneFacts): LaneForetelling | null {
  if (facts.organizationsTrustEachOther !== false || facts.hasBuilderForStrangers) return null;
  const { home, others, othersBuilding } = facts;
  const owner =
    home === null ? 'No organization has the trusted builders' : `The trusted builders are those of ${home}`;
  return {
    when: othersBuilding > 0 ? 'now' : 'next',
    says:
      othersBuilding > 0
        ? `${owner}. Builds of ${counted(othersBuilding)} wait until there is a builder for untrusted code${home === null ? '' : `; those of ${home} go on`}.`
        : `${owner}. Builds of any other organization wait until there is a builder for untrusted code.`,
    next: `Start one: ./cooperage up --strangers on this machine, or a builder with COOPERAGE_LANE=strangers beside a BuildKit ${engineFloor} or later. Or, where all organizations trust each other, say so: COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER=true among the settings of control, or COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER=true ./cooperage up.`,
    organizations: others,
  };
}

function counted(organizations: number): string {
  return organizations === 1 ? 'one organization' : `${organizations} organizations`;
}
