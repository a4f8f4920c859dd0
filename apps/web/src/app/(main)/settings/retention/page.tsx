import { mayDo } from '@cooperage/domain/predicates';
import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { Card, Fact, Facts } from '@/components/ui/card';
import { Pager } from '@/components/ui/pager';
import { ProblemPage, ProblemPanel } from '@/components/ui/states';
import { Tabs } from '@/components/ui/tabs';
import { loadMe } from '@/features/account/api/load-me';
import { NoOrganization } from '@/features/account/components/no-organization';
import { OrganizationSwitch } from '@/features/account/components/organization-switch';
import {
  type DeletionState,
  loadDeletions,
  loadRetention,
  loadRetentionPreview,
  retentionAddress,
} from '@/features/retention/api/load-retention';
import { DeletionTable } from '@/features/retention/components/deletion-table';
import { RetentionForm } from '@/features/retention/components/retention-form';
import { RetentionPreview } from '@/features/retention/components/retention-preview';
import { keptFor } from '@/features/retention/model/retention-labels';
import { one, oneOf, type PageQuery } from '@/lib/address/query';
import { withQuery } from '@/lib/api/list';

export const metadata: Metadata = { title: 'Retention' };

const path = '/settings/retention';
const states = { open: 'Scheduled', deleted: 'Deleted', kept: 'Undone' } as const;
const empty = {
  open: 'No deletion is scheduled.',
  deleted: 'Nothing was deleted in the last 90 days.',
  kept: 'No deletion was undone.',
} as const;

export default async function RetentionPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [query, me] = await Promise.all([searchParams, loadMe()]);
  if (!me.ok) return <ProblemPage problem={me.problem} what="The retention" />;
  const { organizations } = me.value;
  const organization =
    organizations.find((each) => each.organizationId === one(query, 'organization')) ?? organizations[0];
  const crumbs = [{ label: 'Settings', href: '/settings' }, { label: 'Retention' }];
  if (!organization) {
    return (
      <Page crumbs={crumbs}>
        <NoOrganization mayCreate={me.value.mayCreateOrganizations} />
      </Page>
    );
  }
  const { organizationId, role } = organization;
  const state: DeletionState = oneOf(query, 'state', ['open', 'deleted', 'kept'] as const) ?? 'open';
  const [policy, preview, deletions] = await Promise.all([
    loadRetention(organizationId),
    loadRetentionPreview(organizationId, query),
    loadDeletions(organizationId, state, one(query, 'cursor')),
  ]);
  const mayChange = mayDo(role, 'retention.change');
  return (
    <Page crumbs={crumbs} curl={retentionAddress(organizationId)}>
      <PageTitle title="Retention">
        How long builds, logs and webhook deliveries are kept, and what is deleted next.
      </PageTitle>
      <OrganizationSwitch path={path} organizations={organizations} current={organization} />
      <Card title="Policy">
        {!policy.ok ? (
          <ProblemPanel problem={policy.problem} what="The policy" />
        ) : mayChange ? (
          <RetentionForm key={organizationId} organizationId={organizationId} policy={policy.value} />
        ) : (
          <Facts>
            <Fact name="Builds without an image">{keptFor(policy.value.buildDays)}</Fact>
            <Fact name="Logs">{keptFor(policy.value.logDays)}</Fact>
            <Fact name="Webhook deliveries">{keptFor(policy.value.deliveryDays)}</Fact>
            <Fact name="Time to undo a deletion">
              {policy.value.graceDays === 0 ? 'none' : keptFor(policy.value.graceDays)}
            </Fact>
          </Facts>
        )}
      </Card>
      <Card title="Dry run" id="preview">
        <RetentionPreview organizationId={organizationId} query={query} preview={preview} />
      </Card>
      <Card title="Deletions">
        <Tabs
          label="Deletions"
          items={(['open', 'deleted', 'kept'] as const).map((each) => ({
            href: withQuery(path, { organization: organizationId, state: each === 'open' ? null : each }),
            label: states[each],
            active: each === state,
          }))}
        />
        {!deletions.ok ? (
          <ProblemPanel problem={deletions.problem} what="The deletions" />
        ) : deletions.value.items.length === 0 ? (
          <p className="px-3 py-6 text-text-2">{empty[state]}</p>
        ) : (
          <>
            <DeletionTable
              deletions={deletions.value.items}
              address={retentionAddress(organizationId)}
              mayUndo={mayChange}
            />
            <Pager path={path} query={query} next={deletions.value.next} />
          </>
        )}
      </Card>
    </Page>
  );
}
