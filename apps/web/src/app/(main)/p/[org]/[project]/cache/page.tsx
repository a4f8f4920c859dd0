import type { Metadata } from 'next';
import { Page } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Empty, ProblemPage, ProblemPanel } from '@/components/ui/states';
import { LiveRefresh } from '@/features/builds/components/live-refresh';
import { loadCachePrunes, loadPrunePreview } from '@/features/cache/api/load-cache-prune';
import {
  loadCacheEntries,
  loadCacheEvictions,
  loadCacheRecords,
  loadCacheResets,
} from '@/features/cache/api/load-cache-store';
import { loadCacheMisses, loadProjectCache, projectCacheAddress } from '@/features/cache/api/load-project-cache';
import { CacheAdvice } from '@/features/cache/components/cache-advice';
import { CacheBackends } from '@/features/cache/components/cache-backends';
import { CacheEnds } from '@/features/cache/components/cache-ends';
import { CacheEntries } from '@/features/cache/components/cache-entries';
import { CacheLedger } from '@/features/cache/components/cache-ledger';
import { CacheMisses } from '@/features/cache/components/cache-misses';
import { CacheModes } from '@/features/cache/components/cache-modes';
import { CacheRecords } from '@/features/cache/components/cache-records';
import { CacheZones } from '@/features/cache/components/cache-zones';
import { ColdCache } from '@/features/cache/components/cold-cache';
import { PruneCache } from '@/features/cache/components/prune-cache';
import { WarmButton } from '@/features/cache/components/warm-button';
import { firstBuildWords, warmCall } from '@/features/cache/model/cold-words';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { ProjectHeader } from '@/features/projects/components/project-header';
import { startCall } from '@/features/projects/model/start-call';
import { decodeSegment, projectPath } from '@/lib/address/paths';
import { one, type PageQuery } from '@/lib/address/query';

interface Props {
  params: Promise<ProjectParams>;
  searchParams: Promise<PageQuery>;
}

const days = 30;
/** No event tells that something was deleted. */
const deletingMs = 2000;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Cache of ${decodeSegment((await params).project)}` };
}

export default async function CachePage({ params, searchParams }: Props) {
  const [project, query] = await Promise.all([params.then(loadProject), searchParams]);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  const { id, organizationSlug, slug, defaultBranch } = project.value;
  const path = projectPath(project.value);
  const [cache, misses, entries, resets, prunes, evictions, records, preview] = await Promise.all([
    loadProjectCache(id, days),
    loadCacheMisses(id, days),
    loadCacheEntries(id, query),
    loadCacheResets(id, query),
    loadCachePrunes(id, query),
    loadCacheEvictions(id, query),
    loadCacheRecords(id, query),
    loadPrunePreview(id, query),
  ]);
  const cold = cache.ok ? cache.value.cold : null;
  const canWarm = cold !== null && cold.underWay === null;
  return (
    <Page
      crumbs={[{ label: organizationSlug, href: '/projects' }, { label: slug, href: path }, { label: 'Cache' }]}
      curl={projectCacheAddress(id, days)}
    >
      <ProjectHeader project={project.value} tab="cache" />
      <LiveRefresh scopes={[{ projectId: id }]} tickMs={isDeleting(resets, prunes) ? deletingMs : 0} />
      {!cache.ok ? (
        <Card>
          <ProblemPanel problem={cache.problem} what="The cache" />
        </Card>
      ) : cache.value.total.builds === 0 ? (
        <Card>
          <Empty
            title="No build of the last 30 days has told of its steps."
            action={
              canWarm ? (
                <WarmButton look="primary" project={{ id, organizationSlug, slug, defaultBranch }} />
              ) : (
                <Link href={path} className={buttonClass('primary')}>
                  Go to the builds and start one
                </Link>
              )
            }
            command={canWarm ? warmCall(project.value) : startCall(project.value)}
          >
            <p>{firstBuildWords} What the cache costs and saves appears here then.</p>
          </Empty>
        </Card>
      ) : (
        <CacheLedger cache={cache.value} />
      )}
      {cache.ok && cold && cache.value.total.builds > 0 && <ColdCache project={project.value} cold={cold} />}
      {cache.ok && <CacheAdvice project={project.value} advice={cache.value.advice} />}
      {(!cache.ok || cache.value.total.builds > 0) && <CacheMisses project={project.value} misses={misses} />}
      {cache.ok && cache.value.total.builds > 0 && <CacheZones project={project.value} zones={cache.value.zones} />}
      {cache.ok && <CacheBackends project={project.value} backends={cache.value.backends} />}
      {cache.ok && <CacheModes project={project.value} cache={cache.value} />}
      <CacheEntries project={project.value} path={`${path}/cache`} query={query} entries={entries} />
      {records && <CacheRecords project={project.value} path={`${path}/cache`} query={query} records={records} />}
      {one(query, 'prune') && <PruneCache projectId={id} path={`${path}/cache`} query={query} preview={preview} />}
      <CacheEnds path={`${path}/cache`} query={query} resets={resets} prunes={prunes} evictions={evictions} />
    </Page>
  );
}

type Loaded<Load extends (...parts: never[]) => Promise<unknown>> = Awaited<ReturnType<Load>>;

function isDeleting(resets: Loaded<typeof loadCacheResets>, prunes: Loaded<typeof loadCachePrunes>): boolean {
  const isSweeping = resets.ok && resets.value.items.some(({ sweptAt }) => sweptAt === null);
  return isSweeping || (prunes.ok && prunes.value.items.some(({ endedAt }) => endedAt === null));
}
