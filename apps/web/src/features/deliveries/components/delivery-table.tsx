import type { DeliveryView } from '@cooperage/contracts';
import { Link } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { deliveryPath, type ProjectName } from '@/lib/address/paths';
import { shortCommit, shortRef, visibleText } from '@/lib/format/names';
import { Decision } from './decision';

export function DeliveryTable({ project, deliveries }: { project: ProjectName; deliveries: readonly DeliveryView[] }) {
  return (
    <Table
      label="Deliveries"
      head={
        <>
          <Th>Received</Th>
          <Th>Event</Th>
          <Th wide>Ref</Th>
          <Th wide>Proof</Th>
          <Th>What came of it</Th>
          <Th wide>Sender</Th>
        </>
      }
    >
      {deliveries.map((delivery) => (
        <tr key={delivery.id} className={rowClass}>
          <Td>
            <Link href={deliveryPath(project, delivery.id)} data-row className="hover:underline">
              <Moment at={delivery.receivedAt} />
            </Link>
          </Td>
          <Td>
            <span className="whitespace-nowrap">{visibleText(delivery.eventName)}</span>
            <div className="text-xs text-text-2">
              {delivery.replayOf ? `${delivery.forge} · replayed` : delivery.forge}
            </div>
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
            {delivery.proof}
          </Td>
          <Td className="min-w-44">
            <Decision project={project} delivery={delivery} />
          </Td>
          <Td wide className="max-w-40 truncate">
            {delivery.sender ? visibleText(delivery.sender) : '–'}
          </Td>
        </tr>
      ))}
    </Table>
  );
}
