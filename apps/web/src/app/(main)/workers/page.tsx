import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Empty, ProblemPage } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { loadQueue, loadWorkers } from '@/features/workers/api/load-workers';
import { AddWorker, builderCommand } from '@/features/workers/components/add-worker';
import { EngineTable } from '@/features/workers/components/engine-table';
import { QueueCard } from '@/features/workers/components/queue-card';
import { WorkerCard } from '@/features/workers/components/worker-card';
import { orderWorkers } from '@/features/workers/model/worker-order';

export const metadata: Metadata = { title: 'Workers' };

/** Events tell what begins, drains and ends. Heartbeats, with disk and memory, have none: they may be a little old. */
const heartbeatMs = 15_000;

export default async function WorkersPage() {
  const [workers, queue, me] = await Promise.all([loadWorkers(), loadQueue(), loadMe()]);
  if (!workers.ok) return <ProblemPage problem={workers.problem} what="The workers" />;
  const scopes = me.ok ? me.value.organizations.map(({ organizationId }) => ({ organizationId })) : [];
  const administrator = me.ok && me.value.administrator;
  return (
    <Page crumbs={[{ label: 'Workers' }]} curl="/workers">
      <PageTitle title="Workers">The processes of this installation, and what each is doing.</PageTitle>
      <LiveRefresh scopes={scopes} tickMs={heartbeatMs} workers />
      <QueueCard queue={queue} />
      {workers.value.items.length === 0 ? (
        <Empty
          title="No process has reported yet."
          action={
            <a href="#add" className={buttonClass('primary')}>
              Add a worker
            </a>
          }
          command={builderCommand}
        />
      ) : (
        <div className="grid items-start gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {orderWorkers(workers.value.items).map((worker) => (
            <WorkerCard key={worker.id} worker={worker} administrator={administrator} />
          ))}
        </div>
      )}
      <EngineTable workers={workers.value.items} />
      <AddWorker />
    </Page>
  );
}
