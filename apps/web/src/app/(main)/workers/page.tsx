import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { Empty, ProblemPage } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { loadWorkers } from '@/features/workers/api/load-workers';
import { WorkerCard } from '@/features/workers/components/worker-card';
import { noBuilderReason, orderWorkers } from '@/features/workers/model/worker-order';

export const metadata: Metadata = { title: 'Workers' };

/** Heartbeats have no event of their own. */
const heartbeatMs = 5000;

export default async function WorkersPage() {
  const [workers, me] = await Promise.all([loadWorkers(), loadMe()]);
  if (!workers.ok) return <ProblemPage problem={workers.problem} what="The workers" />;
  const scopes = me.ok ? me.value.organizations.map(({ organizationId }) => ({ organizationId })) : [];
  const reason = noBuilderReason(workers.value.items);
  return (
    <Page crumbs={[{ label: 'Workers' }]} curl="/workers">
      <PageTitle title="Workers">The processes of this installation, and what each is doing.</PageTitle>
      <LiveRefresh scopes={scopes} tickMs={heartbeatMs} />
      {reason && (
        <p role="status" className="rounded border border-wait bg-wait-bg px-3 py-2 text-wait">
          {reason}
        </p>
      )}
      {workers.value.items.length === 0 ? (
        <Empty title="No process has reported yet" />
      ) : (
        <div className="grid items-start gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {orderWorkers(workers.value.items).map((worker) => (
            <WorkerCard key={worker.id} worker={worker} />
          ))}
        </div>
      )}
    </Page>
  );
}
