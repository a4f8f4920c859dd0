import type { OrganizationUsage } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { MinutesCard } from './minutes-card';
import { QuotaTable } from './quota-table';

/** Quotas, ceilings of a build, and minutes of each day. */
export function UsageCards({ usage }: { usage: OrganizationUsage }) {
  const { cpus, memoryBytes } = usage.ceilings;
  return (
    <>
      {usage.suspendedAt !== null && (
        <Card>
          <p role="status" className="bg-wait-bg px-3 py-2">
            <b className="font-semibold text-wait">Suspended</b>
            {usage.suspendedBy === null ? '' : ` by ${visibleText(usage.suspendedBy)}`}: no build of the organization
            begins. What waits stays in the queue.
          </p>
        </Card>
      )}
      <Card title="Quotas" aside={`weight ${usage.weight} in sharing slots`}>
        <QuotaTable quotas={usage.quotas} />
        <p className="border-t border-line px-3 py-2 text-sm text-text-2">
          One build may ask for at most {cpus === null ? 'all processors of its machine' : `${cpus} processors`} and{' '}
          {memoryBytes === null ? 'nine tenths of its memory' : `${formatBytes(memoryBytes)} of memory`}. Images and
          caches are counted whole, also where they share layers.
        </p>
      </Card>
      <MinutesCard days={usage.days} />
    </>
  );
}
