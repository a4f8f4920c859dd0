import type { MemberView } from '@cooperage/contracts';
import { DeleteButton } from '@/components/ui/delete-button';
import { Moment } from '@/components/ui/moment';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { visibleText } from '@/lib/format/names';
import { NewPasswordLink } from './new-password-link';
import { RoleSelect } from './role-select';

export interface MemberTableProps {
  readonly organizationId: string;
  readonly members: readonly MemberView[];
  /** Whether the reader may change who is in here. */
  readonly mayManage: boolean;
}

export function MemberTable({ organizationId, members, mayManage }: MemberTableProps) {
  const address = (member: MemberView): string =>
    `/organizations/${encodeURIComponent(organizationId)}/members/${encodeURIComponent(member.userId)}`;
  return (
    <Table
      label="Members"
      head={
        <>
          <Th>Name</Th>
          <Th>Role</Th>
          <Th wide>Since</Th>
          <Th>
            <span className="sr-only">What can be done</span>
          </Th>
        </>
      }
    >
      {members.map((member) => (
        <tr key={member.userId} className={rowClass}>
          <Td className="w-full max-w-0">
            <div className="font-medium break-words">{visibleText(member.name)}</div>
            <div className="text-xs wrap-anywhere text-text-2">
              <MailAddress address={visibleText(member.email)} />
            </div>
          </Td>
          <Td>
            {mayManage ? <RoleSelect address={address(member)} name={member.name} role={member.role} /> : member.role}
          </Td>
          <Td wide>
            <Moment at={member.createdAt} />
          </Td>
          <Td right>
            {mayManage && <NewPasswordLink address={address(member)} name={member.name} />}
            {mayManage && (
              <DeleteButton
                address={address(member)}
                label="Remove"
                what={member.name}
                consequence="They can no longer see this organization, and the tokens that they made here are refused from now on."
              />
            )}
          </Td>
        </tr>
      ))}
    </Table>
  );
}

/** Broken before the name of its host, where it has to be. */
function MailAddress({ address }: { address: string }) {
  const at = Math.max(0, address.lastIndexOf('@'));
  return (
    <>
      {address.slice(0, at)}
      <wbr />
      {address.slice(at)}
    </>
  );
}
