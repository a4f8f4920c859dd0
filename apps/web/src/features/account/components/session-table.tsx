import type { SessionView } from '@cooperage/contracts';
import { Badge } from '@/components/ui/badge';
import { DeleteButton } from '@/components/ui/delete-button';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { visibleText } from '@/lib/format/names';

export function SessionTable({ sessions }: { sessions: readonly SessionView[] }) {
  return (
    <Table
      label="Sessions"
      head={
        <>
          <Th>Browser</Th>
          <Th wide>From</Th>
          <Th>Since</Th>
          <Th wide>Ends</Th>
          <Th />
        </>
      }
    >
      {sessions.map((session) => (
        <tr key={session.id} className={rowClass}>
          <Td className="w-full max-w-0">
            <div className="truncate" title={visibleText(session.userAgent ?? '')}>
              {session.current && <Badge tone="accent">this one</Badge>} {visibleText(session.userAgent ?? 'unknown')}
            </div>
          </Td>
          <Td wide>
            <code>{session.address}</code>
          </Td>
          <Td>
            <Moment at={session.createdAt} />
          </Td>
          <Td wide>
            <Moment at={session.expiresAt} />
          </Td>
          <Td right>
            {!session.current && (
              <DeleteButton
                address={`/me/sessions/${session.id}`}
                label="End"
                what="this session"
                consequence="Whoever uses it has to sign in again."
              />
            )}
          </Td>
        </tr>
      ))}
    </Table>
  );
}
