import type { Metadata } from 'next';
import { Page, PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { Empty, ProblemPage } from '@/components/ui/states';
import { loadCache } from '@/features/builds/api/load-build';
import { comparisonAddress, loadComparison } from '@/features/compare/api/load-comparison';
import { ComparePage } from '@/features/compare/components/compare-page';
import { readPair } from '@/features/compare/model/compared-pair';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { projectPath } from '@/lib/address/paths';
import type { PageQuery } from '@/lib/address/query';

interface Props {
  params: Promise<ProjectParams>;
  searchParams: Promise<PageQuery>;
}

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const [{ project }, query] = await Promise.all([params, searchParams]);
  const pair = readPair(query);
  return { title: pair ? `${project} #${pair.a} and #${pair.b}` : 'Compare' };
}

export default async function Compare({ params, searchParams }: Props) {
  const [project, query] = await Promise.all([params.then(loadProject), searchParams]);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  const { id, organizationSlug, slug } = project.value;
  const crumbs = [
    { label: organizationSlug, href: '/projects' },
    { label: slug, href: projectPath(project.value) },
    { label: 'Compare' },
  ];
  const pair = readPair(query);
  if (!pair) {
    return (
      <Page crumbs={crumbs}>
        <PageTitle title="Compare" />
        <Empty
          title="Two builds are compared by their numbers, and this address names none."
          action={
            <Link href={projectPath(project.value)} className={buttonClass('primary')}>
              Choose two builds
            </Link>
          }
          command={{ path: comparisonAddress(id, { a: 1, b: 2 }) }}
        >
          <p>
            In the list, <kbd>x</kbd> marks two builds and <kbd>d</kbd> compares them; on a build, <kbd>d</kbd> compares
            it with the last one that went well.
          </p>
        </Empty>
      </Page>
    );
  }
  const comparison = await loadComparison(id, pair);
  if (!comparison.ok) return <ProblemPage problem={comparison.problem} what="The comparison" />;
  const cache = await loadCache(comparison.value.b.id);
  return (
    <Page crumbs={crumbs} curl={comparisonAddress(id, pair)}>
      <ComparePage comparison={comparison.value} cache={cache.ok ? cache.value : null} project={project.value} />
    </Page>
  );
}
