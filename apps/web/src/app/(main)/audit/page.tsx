import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Pager } from '@/components/ui/pager';
import { Empty, ProblemPage, ProblemPanel, Skeleton } from '@/components/ui/states';
import { Tabs } from '@/components/ui/tabs';
import { loadMe } from '@/features/account/api/load-me';
import { auditAddress, loadAudit } from '@/features/audit/api/load-audit';
import { AuditTable } from '@/features/audit/components/audit-table';
import { ChainVerdict, chainPlace } from '@/features/audit/components/chain-verdict';
import { one, type PageQuery } from '@/lib/address/query';
import { withQuery } from '@/lib/api/list';

export const metadata: Metadata = { title: 'Audit' };

const installation = 'installation';

export default async function AuditPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [query, me] = await Promise.all([searchParams, loadMe()]);
  if (!me.ok) return <ProblemPage problem={me.problem} what="The audit" />;
  const { organizations, administrator } = me.value;
  const asked = one(query, 'organization');
  const chosen = organizations.find((each) => each.organizationId === asked) ?? organizations[0] ?? null;
  const isInstallation = asked === installation || chosen === null;
  const address = auditAddress(isInstallation ? null : chosen.organizationId);
  const filter = {
    actor: one(query, 'actor'),
    action: one(query, 'action'),
    subject: one(query, 'subject'),
    project: one(query, 'project'),
    since: one(query, 'since'),
  };
  const set = Object.entries(filter).filter(([, value]) => value !== null);
  const organization = isInstallation ? installation : chosen.organizationId;
  const entries = await loadAudit(address, filter, one(query, 'cursor'));
  const tabs = [
    ...organizations.map(({ organizationId, name }) => ({ id: organizationId, label: name })),
    ...(administrator ? [{ id: installation, label: 'Installation' }] : []),
  ].map(({ id, label }) => ({ href: withQuery('/audit', { organization: id }), label, active: id === organization }));
  return (
    <Page crumbs={[{ label: 'Audit' }]} curl={withQuery(address, filter)}>
      <PageTitle
        title="Audit"
        actions={
          <a href={`/api/v1${withQuery(`${address}/lines`, filter)}`} download className={buttonClass()}>
            Download
          </a>
        }
      >
        Every change by a person or a token. Nothing here can be changed, and no secret is in it.
      </PageTitle>
      {tabs.length > 1 && <Tabs label="Whose audit" items={tabs} />}
      {set.length > 0 && (
        <p className="flex flex-wrap items-center gap-2">
          Only where{' '}
          {set.map(([name, value]) => (
            <code key={name}>
              {name}:{value}
            </code>
          ))}
          <Link href={withQuery('/audit', { organization })} className={buttonClass('quiet')}>
            Show all
          </Link>
        </p>
      )}
      {entries.ok && (
        <Card title="Chain">
          <Suspense fallback={<Skeleton lines={2} className={chainPlace} />}>
            <ChainVerdict address={address} />
          </Suspense>
        </Card>
      )}
      <Card>
        {!entries.ok ? (
          <ProblemPanel problem={entries.problem} what="The audit" />
        ) : entries.value.items.length === 0 ? (
          <Empty
            title="Nothing was changed that fits all of these."
            action={
              <Link href={withQuery('/audit', { organization })} className={buttonClass('primary')}>
                Show every change
              </Link>
            }
            command={{ path: address }}
          />
        ) : (
          <>
            <AuditTable entries={entries.value.items} query={{ ...query, organization }} />
            <Pager path="/audit" query={query} next={entries.value.next} />
          </>
        )}
      </Card>
    </Page>
  );
}
