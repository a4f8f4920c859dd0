import { idSchema } from '@cooperage/contracts';
import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Pager } from '@/components/ui/pager';
import { Empty, ProblemPage, ProblemPanel } from '@/components/ui/states';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { FoundImageTable } from '@/features/images/components/found-image-table';
import { makeProjectCall } from '@/features/projects/model/make-project-call';
import { loadFailing, loadKeys, trustKeysAddress } from '@/features/trust/api/load-trust';
import { KeyTable } from '@/features/trust/components/key-table';
import { PolicyCard } from '@/features/trust/components/policy-card';
import { RequestsCard } from '@/features/trust/components/requests-card';
import { RoundsCard } from '@/features/trust/components/rounds-card';
import { one, type PageQuery } from '@/lib/address/query';

export const metadata: Metadata = { title: 'Trust' };

/** Changes of keys have no event of their own. */
const tickMs = 4000;

export default async function TrustPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const query = await searchParams;
  const cursor = one(query, 'cursor');
  const [keys, failing] = await Promise.all([loadKeys(cursor), loadFailing()]);
  if (!keys.ok) return <ProblemPage problem={keys.problem} what="The keys" />;
  const asked = idSchema.safeParse(one(query, 'project'));
  const projectId = asked.success ? asked.data : keys.value.items[0]?.projectId;
  return (
    <Page crumbs={[{ label: 'Trust' }]} curl={trustKeysAddress(cursor)}>
      <PageTitle title="Trust">Who signs, what is demanded, and whether it still holds.</PageTitle>
      <LiveRefresh scopes={[]} tickMs={tickMs} />
      {!failing.ok ? (
        <ProblemPanel problem={failing.problem} what="The images that do not verify" />
      ) : (
        failing.value.items.length > 0 && (
          <Card title="Images that do not verify">
            <FoundImageTable images={failing.value.items} />
          </Card>
        )
      )}
      <Card title="Keys">
        {keys.value.items.length === 0 ? (
          <Empty
            title="No project has a key yet."
            action={
              <Link href="/projects/new" className={buttonClass('primary')}>
                Make a project and its key
              </Link>
            }
            command={makeProjectCall}
          >
            <p>A project gets its key when it is made. Back up the signing secret of the control process with it.</p>
          </Empty>
        ) : (
          <>
            <KeyTable keys={keys.value.items} />
            <Pager path="/trust" query={query} next={keys.value.next} />
          </>
        )}
      </Card>
      {projectId && <PolicyCard projectId={projectId} reference={one(query, 'reference')} />}
      {projectId && <RequestsCard projectId={projectId} />}
      <RoundsCard />
    </Page>
  );
}
