import type { ProjectGlanceView } from '@cooperage/contracts';
import { filterTerm, parseRef } from '@cooperage/domain/predicates';
import { Badge } from '@/components/ui/badge';
import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { Status } from '@/features/builds/components/status';
import { listHref } from '@/features/builds/model/list-address';
import { buildPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { isStale, shownBranches } from '../model/branches';

interface BranchListProps {
  readonly path: string;
  readonly branches: readonly ProjectGlanceView['branches'][number][];
  readonly nowMs: number;
}

/** Branches and tags that were pushed last, each with how its newest build ended. */
export function BranchList({ path, branches, nowMs }: BranchListProps) {
  const { first, more } = shownBranches(branches);
  return (
    <Card title="Branches and tags" aside={<span className="tabular-nums">{branches.length}</span>}>
      <BranchTable path={path} branches={first} nowMs={nowMs} label="Branches and tags" />
      {more.length > 0 && (
        <details className="border-t border-line">
          <summary className="px-3 py-2 text-sm text-text-2">{more.length} more</summary>
          <BranchTable path={path} branches={more} nowMs={nowMs} label="More branches and tags" />
        </details>
      )}
    </Card>
  );
}

function BranchTable({ path, branches, nowMs, label }: BranchListProps & { label: string }) {
  return (
    <Table
      label={label}
      head={
        <>
          <Th>Name</Th>
          <Th>Newest build</Th>
          <Th right>Pushed</Th>
        </>
      }
    >
      {branches.map(({ ref, newest, evaluatedAt }) => {
        const parsed = parseRef(ref);
        return (
          <tr key={ref} className={rowClass}>
            <Td className="w-full max-w-0">
              <span className="flex items-center gap-1.5">
                <Link
                  href={listHref(path, filterTerm(parsed?.kind ?? 'ref', parsed?.name ?? ref))}
                  className="min-w-0 truncate hover:underline"
                >
                  <code>{visibleText(parsed?.name ?? ref)}</code>
                </Link>
                {parsed?.kind === 'tag' && <Badge>tag</Badge>}
                {isStale(evaluatedAt, nowMs) && <Badge tone="wait">stale</Badge>}
              </span>
            </Td>
            <Td className="whitespace-nowrap">
              {newest ? (
                <>
                  <Status status={newest.status} />{' '}
                  <Link href={buildPath(newest)} className={textLinkClass}>
                    #{newest.number}
                  </Link>
                </>
              ) : (
                <span className="text-text-3">no build</span>
              )}
            </Td>
            <Td right>
              <Moment at={evaluatedAt} />
            </Td>
          </tr>
        );
      })}
    </Table>
  );
}
