import type { AuditEntry } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { changeQuery, type PageQuery } from '@/lib/address/query';
import { visibleText } from '@/lib/format/names';
import { differencesOf } from '../model/differences';

/** Who, what, on what, from where, before and after. Names narrow the list to themselves. */
export function AuditTable({ entries, query }: { entries: readonly AuditEntry[]; query: PageQuery }) {
  const only = (change: Record<string, string>): string => changeQuery('/audit', query, { cursor: null, ...change });
  return (
    <Table
      label="Audit"
      head={
        <>
          <Th wide>No.</Th>
          <Th>When</Th>
          <Th>Who</Th>
          <Th>What</Th>
          <Th>On what</Th>
          <Th wide>Before → after</Th>
          <Th wide>From</Th>
        </>
      }
    >
      {entries.map((entry) => (
        <tr key={entry.id} className={rowClass} data-row tabIndex={-1}>
          <Td wide right>
            {entry.number}
          </Td>
          <Td>
            <Moment at={entry.at} />
          </Td>
          <Td>
            {entry.actor.id ? (
              <Link href={only({ actor: entry.actor.id })} className={textLinkClass}>
                {visibleText(entry.actor.name)}
              </Link>
            ) : (
              visibleText(entry.actor.name)
            )}
          </Td>
          <Td>
            <Link href={only({ action: entry.action })} className={textLinkClass}>
              <code>{entry.action}</code>
            </Link>
          </Td>
          <Td>
            <Link href={only({ subject: entry.subject.id })} className={textLinkClass}>
              {visibleText(subjectOf(entry))}
            </Link>
          </Td>
          <Td wide>
            <Differences entry={entry} />
          </Td>
          <Td wide>
            <code>{entry.address}</code>
          </Td>
        </tr>
      ))}
    </Table>
  );
}

function subjectOf({ subject, project }: AuditEntry): string {
  const name = subject.name ?? subject.id.slice(0, 20);
  const isPart = project?.slug && subject.kind !== 'project';
  return `${subject.kind} ${name}${isPart ? ` of ${project.slug}` : ''}`;
}

function Differences({ entry }: { entry: AuditEntry }) {
  return (
    <ul className="max-w-[48ch] text-xs">
      {differencesOf(entry.before, entry.after).map(({ name, before, after }) => (
        <li key={name} className="break-words">
          <span className="text-text-2">{visibleText(name)}</span>{' '}
          {before !== null && <del className="text-text-3">{visibleText(before)}</del>}
          {before !== null && after !== null && ' → '}
          {after !== null && <span>{visibleText(after)}</span>}
        </li>
      ))}
    </ul>
  );
}
