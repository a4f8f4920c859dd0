import type { OrganizationUsage, QuotaUsageView } from '@cooperage/contracts';
import { Bar } from '@/components/ui/bar';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { consequences, partWords, usedWords } from '../model/quota-words';

const origins = {
  organization: 'this organization',
  installation: 'all organizations',
  builtin: 'built in',
} as const;

/** Each quota with what is used of it, and what follows at the limit. */
export function QuotaTable({ usage }: { usage: Pick<OrganizationUsage, 'quotas' | 'stagedBytes' | 'recordBytes'> }) {
  return (
    <Table
      label="Quotas"
      head={
        <>
          <Th>Quota</Th>
          <Th>Used</Th>
          <Th wide>At the limit</Th>
          <Th wide>Set for</Th>
        </>
      }
    >
      {usage.quotas.map((quota) => (
        <tr key={quota.kind} data-row className={rowClass}>
          <Td>{quota.label}</Td>
          <Td>
            <span className="tabular-nums">{usedWords(quota)}</span>
            {quota.limit !== null && (
              <Bar
                share={quota.limit === 0 ? 1 : quota.used / quota.limit}
                look={quota.state === 'reached' ? 'bad' : 'plain'}
                mark={0.8}
                className="mt-1 block"
              />
            )}
            <StateWords state={quota.state} />
            <PartWords words={partWords(quota.kind, usage)} />
          </Td>
          <Td wide className="text-text-2">
            {consequences[quota.kind]}
          </Td>
          <Td wide className="text-text-2">
            {quota.limit === null ? '–' : origins[quota.origin]}
          </Td>
        </tr>
      ))}
    </Table>
  );
}

function PartWords({ words }: { words: string | null }) {
  return words === null ? null : <p className="text-xs text-text-2">{words}</p>;
}

function StateWords({ state }: { state: QuotaUsageView['state'] }) {
  if (state === 'near') return <p className="text-xs font-semibold text-wait">More than 80 % is used.</p>;
  if (state === 'reached') return <p className="text-xs font-semibold text-bad">Limit reached.</p>;
  return null;
}
