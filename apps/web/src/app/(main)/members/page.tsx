import { mayDo } from '@cooperage/domain/predicates';
import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Pager } from '@/components/ui/pager';
import { ProblemPage, ProblemPanel } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { NoOrganization } from '@/features/account/components/no-organization';
import { OrganizationSwitch } from '@/features/account/components/organization-switch';
import { loadMembers, loadPendingInvitations, membersAddress } from '@/features/members/api/load-members';
import { InviteForm } from '@/features/members/components/invite-form';
import { MemberTable } from '@/features/members/components/member-table';
import { PendingInvitations } from '@/features/members/components/pending-invitations';
import { RoleMatrix } from '@/features/members/components/role-matrix';
import { one, type PageQuery } from '@/lib/address/query';
import { withQuery } from '@/lib/api/list';

export const metadata: Metadata = { title: 'Members' };

export default async function MembersPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [query, me] = await Promise.all([searchParams, loadMe()]);
  if (!me.ok) return <ProblemPage problem={me.problem} what="The members" />;
  const { organizations } = me.value;
  const organization =
    organizations.find((each) => each.organizationId === one(query, 'organization')) ?? organizations[0];
  if (!organization) {
    return (
      <Page crumbs={[{ label: 'Members' }]}>
        <NoOrganization mayCreate={me.value.mayCreateOrganizations} />
      </Page>
    );
  }
  const cursor = one(query, 'cursor');
  const { organizationId, role } = organization;
  const mayManage = mayDo(role, 'member.manage');
  const [members, invitations] = await Promise.all([
    loadMembers(organizationId, cursor),
    mayManage ? loadPendingInvitations(organizationId) : null,
  ]);
  return (
    <Page crumbs={[{ label: 'Members' }]} curl={membersAddress(organizationId, cursor)}>
      <PageTitle
        title="Members"
        actions={
          mayDo(role, 'audit.read') && (
            <Link
              href={withQuery('/audit', { organization: organizationId, action: 'member' })}
              className={buttonClass()}
            >
              History
            </Link>
          )
        }
      >
        Who is in the organization, and what each may do.
      </PageTitle>
      <OrganizationSwitch path="/members" organizations={organizations} current={organization} />
      <Card>
        {members.ok ? (
          <>
            <MemberTable organizationId={organizationId} members={members.value.items} mayManage={mayManage} />
            <Pager path="/members" query={query} next={members.value.next} />
          </>
        ) : (
          <ProblemPanel problem={members.problem} what="The members" />
        )}
      </Card>
      <RoleMatrix />
      {mayManage && (
        <Card title="Invite someone">
          <InviteForm key={organizationId} organizationId={organizationId} />
        </Card>
      )}
      {invitations?.ok === false && <ProblemPanel problem={invitations.problem} what="The invitations" />}
      {invitations?.ok && invitations.value.items.length > 0 && (
        <Card title="Open invitations">
          <PendingInvitations
            organizationId={organizationId}
            invitations={invitations.value.items}
            hasMore={invitations.value.next !== null}
          />
        </Card>
      )}
    </Page>
  );
}
