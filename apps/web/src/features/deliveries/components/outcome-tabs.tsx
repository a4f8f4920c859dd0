import type { DeliveryOutcome } from '@cooperage/contracts';
import { Tabs } from '@/components/ui/tabs';
import { outcomeFilters } from '../model/outcomes';

/** The ledger narrowed by what came of a delivery. Each has its own address. */
export function OutcomeTabs({ path, outcome }: { path: string; outcome: DeliveryOutcome | null }) {
  const all = { href: path, label: 'All', active: outcome === null };
  const items = outcomeFilters.map(({ id, label }) => ({
    href: `${path}?outcome=${id}`,
    label,
    active: outcome === id,
  }));
  return <Tabs label="What came of it" items={[all, ...items]} />;
}
