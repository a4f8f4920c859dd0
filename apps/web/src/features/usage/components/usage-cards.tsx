import type { OrganizationUsage } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { formatBytes } from '@/lib/format/bytes';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { MinutesCard } from './minutes-card';
import { QuotaTable } from './quota-table';

/** Quotas, ceilings of a build, and minutes of each day. */
export function UsageCards({ usage }: { usage: OrganizationUsage }) {
  const { cpus, memoryBytes, pids, diskBytes, timeoutMs } = usage.ceilings;
  return (
    <>
      {usage.suspendedAt !== null && (
        <Card>
          <p role="status" className="bg-wait-bg px-3 py-2">
            <b className="font-semibold text-wait">Suspended</b>
            {usage.suspendedBy === null ? '' : ` by ${visibleText(usage.suspendedBy)}`}: no build of the organization
            starts. Waiting builds stay in the queue.
          </p>
        </Card>
      )}
      <Card title="Quotas" aside={`weight ${usage.weight} when slots are shared`}>
        <QuotaTable usage={usage} />
        <p className="border-t border-line px-3 py-2 text-sm text-text-2">
          One build may use at most {cpus === null ? 'all CPUs of its machine' : `${cpus} CPUs`},{' '}
          {memoryBytes === null ? '90 % of its memory' : `${formatBytes(memoryBytes)} of memory`}
          {pids !== null && `, ${pids} processes`}
          {diskBytes !== null && `, ${formatBytes(diskBytes)} of the disk`}
          {timeoutMs !== null && `, and may take ${formatDuration(timeoutMs)}`}. Each image and each cache counts in
          full, even where they share layers.
        </p>
      </Card>
      <MinutesCard days={usage.days} />
    </>
  );
}
