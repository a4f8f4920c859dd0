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
          <Th wide>Who</Th>
          <Th>What</Th>
          <Th>On what</Th>
          <Th wide>Before → after</Th>
          <Th wide>From</Th>
        </>
      }
    >
      {entries.map((entry) => (
        <tr key={entry.id} className={rowClass} data-row tabIndex={-1}>
          <Td wide right className={top}>
            {entry.number}
          </Td>
          <Td className={top}>
            <Moment at={entry.at} />
            <span className="block md:hidden">
              <Actor entry={entry} only={only} />
            </span>
          </Td>
          <Td wide className={top}>
            <Actor entry={entry} only={only} />
          </Td>
          <Td className={top}>
            <Link href={only({ action: entry.action })} className={textLinkClass}>
              <code className="wrap-anywhere">{entry.action}</code>
            </Link>
          </Td>
          <Td className={top}>
            <Link href={only({ subject: entry.subject.id })} className={textLinkClass}>
              {visibleText(subjectOf(entry))}
            </Link>
          </Td>
          <Td wide className={top}>
            <Differences entry={entry} />
          </Td>
          <Td wide className={top}>
            <code>{entry.address}</code>
          </Td>
        </tr>
      ))}
    </Table>
  );
}

/** Rows are of unlike height here: one reads them from their first line. */
const top = 'align-top!';

interface ActorProps {
  readonly entry: AuditEntry;
  readonly only: (change: Record<string, string>) => string;
}

function Actor({ entry: { actor }, only }: ActorProps) {
  const name = visibleText(actor.name);
  if (!actor.id) return name;
  return (
    <Link href={only({ actor: actor.id })} className={textLinkClass}>
      {name}
    </Link>
  );
}

function subjectOf({ subject, project }: AuditEntry): string {
  const name = subject.name ?? subject.id.slice(0, 20);
  const isPart = project?.slug && subject.kind !== 'project';
  return `${subject.kind} ${name}${isPart ? ` of ${project.slug}` : ''}`;
}

/** What is more than this is unfolded by whoever wants it. */
const shownAtOnce = 4;

function Differences({ entry }: { entry: AuditEntry }) {
  const differences = differencesOf(entry.before, entry.after);
  const more = differences.slice(shownAtOnce);
  return (
    <div className="max-w-[48ch] text-xs">
      <DifferenceList differences={differences.slice(0, shownAtOnce)} />
      {more.length > 0 && (
        <details>
          <summary className="min-h-7 cursor-pointer py-1 text-text-2">{more.length} more</summary>
          <DifferenceList differences={more} />
        </details>
      )}
    </div>
  );
}

function DifferenceList({ differences }: { differences: ReturnType<typeof differencesOf> }) {
  return (
    <ul>
      {differences.map(({ name, before, after }) => (
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
