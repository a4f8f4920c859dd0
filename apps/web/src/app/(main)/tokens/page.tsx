import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Pager } from '@/components/ui/pager';
import { Empty, ProblemPage, ProblemPanel } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { NoOrganization } from '@/features/account/components/no-organization';
import { OrganizationSwitch } from '@/features/account/components/organization-switch';
import { loadTokens, tokensAddress } from '@/features/tokens/api/load-tokens';
import { NewToken } from '@/features/tokens/components/new-token';
import { TokenTable } from '@/features/tokens/components/token-table';
import { one, type PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Tokens' };

export default async function TokensPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const [query, me] = await Promise.all([searchParams, loadMe()]);
  if (!me.ok) return <ProblemPage problem={me.problem} what="The tokens" />;
  const { organizations } = me.value;
  const organization =
    organizations.find((each) => each.organizationId === one(query, 'organization')) ?? organizations[0];
  if (!organization) {
    return (
      <Page crumbs={[{ label: 'Tokens' }]}>
        <NoOrganization mayCreate={me.value.mayCreateOrganizations} />
      </Page>
    );
  }
  const cursor = one(query, 'cursor');
  const tokens = await loadTokens(organization.organizationId, cursor);
  return (
    <Page crumbs={[{ label: 'Tokens' }]} curl={tokensAddress(organization.organizationId, cursor)}>
      <PageTitle title="Tokens">For machines: the command line, CI, and pulling images.</PageTitle>
      <OrganizationSwitch path="/tokens" organizations={organizations} current={organization} />
      <Card>
        {!tokens.ok ? (
          <ProblemPanel problem={tokens.problem} what="The tokens" />
        ) : tokens.value.items.length === 0 ? (
          <Empty
            title="No token was made yet."
            action={
              <a href="#new" className={buttonClass('primary')}>
                Make the first one
              </a>
            }
            command={{
              method: 'POST',
              path: '/tokens',
              body: { organizationId: organization.organizationId, name: 'ci', scopes: ['read'] },
              asPerson: true,
            }}
          >
            <p>It acts for you in {organization.name}, within what you let it do.</p>
          </Empty>
        ) : (
          <>
            <TokenTable tokens={tokens.value.items} />
            <Pager path="/tokens" query={query} next={tokens.value.next} />
          </>
        )}
      </Card>
      <Card title="New token" id="new">
        <NewToken key={organization.organizationId} organizationId={organization.organizationId} />
      </Card>
    </Page>
  );
}
