import type { DeliveryView } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { deliveryPath, projectPath } from '@/lib/address/paths';
import { formatDuration } from '@/lib/format/duration';
import { shortCommit, shortRef, visibleText } from '@/lib/format/names';
import { proofWords } from '../model/outcomes';
import { Decision } from './decision';

export interface DeliveryTableProps {
  readonly deliveries: readonly DeliveryView[];
  /** Whether each line names its project. */
  readonly named?: boolean;
}

export function DeliveryTable({ deliveries, named = false }: DeliveryTableProps) {
  return (
    <Table
      label="Deliveries"
      head={
        <>
          <Th>Received</Th>
          {named && <Th>Project</Th>}
          <Th wide={named}>Event</Th>
          <Th wide>Ref</Th>
          <Th wide>Proof</Th>
          <Th>What came of it</Th>
          <Th wide right>
            Looked at within
          </Th>
        </>
      }
    >
      {deliveries.map((delivery) => (
        <DeliveryRow key={delivery.id} delivery={delivery} named={named} />
      ))}
    </Table>
  );
}

function DeliveryRow({ delivery, named }: { delivery: DeliveryView; named: boolean }) {
  const project = { organizationSlug: delivery.organizationSlug, slug: delivery.projectSlug };
  const tookMs = delivery.evaluatedAt && Date.parse(delivery.evaluatedAt) - Date.parse(delivery.receivedAt);
  return (
    <tr className={rowClass}>
      <Td>
        <Link href={deliveryPath(project, delivery.id)} data-row className="hover:underline">
          <Moment at={delivery.receivedAt} />
        </Link>
      </Td>
      {named && (
        <Td className="max-w-40 truncate">
          <Link href={projectPath(project)} className={textLinkClass}>
            {visibleText(delivery.projectSlug)}
          </Link>
        </Td>
      )}
      <Td wide={named}>
        <span className="whitespace-nowrap">{visibleText(delivery.eventName)}</span>
        <div className="text-xs text-text-2">{senderLine(delivery)}</div>
      </Td>
      <Td wide className="max-w-52">
        {delivery.ref ? (
          <code className="block truncate" title={visibleText(delivery.ref)}>
            {visibleText(shortRef(delivery.ref))}{' '}
            <span className="text-text-3">{delivery.after ? shortCommit(delivery.after) : 'deleted'}</span>
          </code>
        ) : (
          '–'
        )}
      </Td>
      <Td wide>
        <span className="text-good" aria-hidden>
          ✓
        </span>{' '}
        {proofWords(delivery.proof)}
      </Td>
      <Td className="md:min-w-44">
        <Decision project={project} delivery={delivery} />
      </Td>
      <Td wide right>
        {typeof tookMs === 'number' ? formatDuration(tookMs) : '–'}
      </Td>
    </tr>
  );
}

/** A replay that a person asked for is another thing than a body that somebody sent a second time. */
function senderLine({ forge, replayOf, sameBodyAs }: DeliveryView): string {
  if (replayOf) return `${forge} · replayed`;
  return sameBodyAs ? `${forge} · same body again` : forge;
}
