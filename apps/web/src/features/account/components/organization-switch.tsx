import type { Me } from '@cooperage/contracts';
import { Tabs } from '@/components/ui/tabs';
import { withQuery } from '@/lib/api/list';

type Membership = Me['organizations'][number];

export interface OrganizationSwitchProps {
  readonly path: string;
  readonly organizations: readonly Membership[];
  readonly current: Membership | null;
  /** Offers all of them together too. */
  readonly withAll?: boolean;
}

/** Only for those who are in more than one organization. */
export function OrganizationSwitch({ path, organizations, current, withAll }: OrganizationSwitchProps) {
  if (organizations.length < 2) return null;
  const items = organizations.map((each) => ({
    href: withQuery(path, { organization: each.organizationId }),
    label: each.name,
    active: each.organizationId === current?.organizationId,
  }));
  const all = { href: path, label: 'All', active: current === null };
  return <Tabs label="Organization" items={withAll ? [all, ...items] : items} />;
}
