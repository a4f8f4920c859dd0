import type { PendingInvitationView } from '@cooperage/contracts';
import { DeleteButton } from '@/components/ui/delete-button';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { visibleText } from '@/lib/format/names';

export interface PendingInvitationsProps {
  readonly organizationId: string;
  /** Newest first. */
  readonly invitations: readonly PendingInvitationView[];
  /** More than these have not been used. */
  readonly hasMore: boolean;
}

/** Who may still join by a link, and on whose word. */
export function PendingInvitations({ organizationId, invitations, hasMore }: PendingInvitationsProps) {
  const address = `/organizations/${encodeURIComponent(organizationId)}/invitations`;
  return (
    <>
      <Table
        label="Open invitations"
        head={
          <>
            <Th>For</Th>
            <Th>Role</Th>
            <Th wide>Ends</Th>
            <Th>
              <span className="sr-only">What can be done</span>
            </Th>
          </>
        }
      >
        {invitations.map(({ id, email, role, inviterName, expiresAt }) => (
          <tr key={id} className={rowClass}>
            <Td className="w-full max-w-0">
              <div className="font-medium wrap-anywhere">{visibleText(email)}</div>
              <div className="text-xs break-words text-text-2">Invited by {visibleText(inviterName)}</div>
              <div className="text-xs text-text-2 md:hidden">
                Ends <Moment at={expiresAt} flowing />
              </div>
            </Td>
            <Td>{role}</Td>
            <Td wide>
              <Moment at={expiresAt} />
            </Td>
            <Td right>
              <DeleteButton
                address={`${address}/${encodeURIComponent(id)}`}
                label="Revoke"
                what={`the invitation of ${email}`}
                consequence="The link works no more. You can invite the same address again."
              />
            </Td>
          </tr>
        ))}
      </Table>
      {hasMore && (
        <p className="p-3 text-text-2">There are older ones. They are listed once some of these are used or revoked.</p>
      )}
    </>
  );
}
