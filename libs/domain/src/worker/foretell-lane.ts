import { engineFloor } from './lane.js';

/** What is known of an installation before somebody adds to it. */
export interface LaneFacts {
  /** The operator's word that organizations trust each other; null where no control process says. */
  readonly organizationsTrustEachOther: boolean | null;
  /** Organizations that have a project. */
  readonly building: number;
  /** A builder of the lane of strangers that takes builds is there. */
  readonly hasBuilderForStrangers: boolean;
}

/** `next`: the next organization with a project changes it. `now`: builds wait for it already. */
export interface LaneForetelling {
  readonly when: 'next' | 'now';
  readonly says: string;
  /** What to do, with the exact settings and commands. */
  readonly next: string;
}

/**
 * Foretells that builds move into the lane of strangers, where nothing takes them (docs/adr/0020): all of them do, once a
 * second organization has a project. Null where they do not, or where a builder is there for them.
 */
export function foretellLane(facts: LaneFacts): LaneForetelling | null {
  if (facts.organizationsTrustEachOther !== false || facts.hasBuilderForStrangers) return null;
  const isNow = facts.building > 1;
  return {
    when: isNow ? 'now' : 'next',
    says: isNow
      ? 'Several organizations have projects here and are strangers to each other: every build waits until there is a builder for strangers.'
      : 'Organizations are strangers to each other here: with the first project of a second one, every build of the installation waits until there is a builder for strangers.',
    next: `Start one: ./cooperage up --strangers on this machine, or a builder with COOPERAGE_LANE=strangers beside a BuildKit ${engineFloor} or later. Or, where all organizations are of one house, say so: COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER=true among the settings of control, or COOPERAGE_ORGANIZATIONS_TRUST_EACH_OTHER=true ./cooperage up.`,
  };
}
