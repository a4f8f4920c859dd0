import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Page } from '@/components/shell/page';
import { ProblemPage } from '@/components/ui/states';
import { loadMe } from '@/features/account/api/load-me';
import { loadBuild, loadCache, loadRelations, loadSteps } from '@/features/builds/api/load-build';
import { loadNewest } from '@/features/builds/api/load-builds';
import { BuildPage } from '@/features/builds/components/build-page';
import { readViewState, usualView } from '@/features/builds/model/build-view';
import { earlierAttempts } from '@/features/builds/model/log-attempts';
import { buildMark, buildTitle } from '@/features/builds/model/status';
import { loadSignatures } from '@/features/images/api/load-images';
import { loadProject, type ProjectParams } from '@/features/projects/api/load-project';
import { projectPath } from '@/lib/address/paths';
import type { PageQuery } from '@/lib/address/query';
import { ahead } from '@/lib/api/ahead';
import { visibleText } from '@/lib/format/names';

interface Props {
  params: Promise<ProjectParams & { number: string }>;
  searchParams: Promise<PageQuery>;
}

async function load(params: Props['params']) {
  const segments = await params;
  if (!/^[1-9]\d{0,8}$/.test(segments.number)) notFound();
  const project = await loadProject(segments);
  if (!project.ok) return { project, build: null };
  ahead(loadMe(), loadNewest(project.value.id));
  return { project, build: await loadBuild(project.value.id, Number(segments.number)) };
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { build } = await load(params);
  if (!build?.ok) return {};
  return {
    title: { absolute: visibleText(buildTitle(build.value)) },
    icons: { icon: buildMark(build.value) },
  };
}

export default async function Build({ params, searchParams }: Props) {
  const [{ project, build }, query] = await Promise.all([load(params), searchParams]);
  if (!project.ok) return <ProblemPage problem={project.problem} what="The project" />;
  if (!build?.ok) return build && <ProblemPage problem={build.problem} what="The build" />;
  const { digest, projectId, status } = build.value;
  if (digest && status === 'succeeded') ahead(loadSignatures(projectId, digest));
  const viewState = readViewState(query, usualView(build.value.failure));
  const attempt = viewState.attempt ?? build.value.attempt;
  const before = viewState.view === 'log' ? earlierAttempts(build.value, viewState.attempt) : [];
  const [steps, relations, cache, earlier] = await Promise.all([
    attempt === 0 ? null : loadSteps(build.value.id, attempt),
    loadRelations(build.value.id),
    attempt === build.value.attempt ? loadCache(build.value.id) : null,
    Promise.all(before.map(async (each) => ({ attempt: each, steps: await loadSteps(build.value.id, each.number) }))),
  ]);
  const home = projectPath(project.value);
  return (
    <Page
      crumbs={[
        { label: project.value.organizationSlug, href: '/projects' },
        { label: project.value.slug, href: home },
        { label: `#${build.value.number}` },
      ]}
      curl={`/builds/${build.value.id}`}
    >
      <BuildPage
        build={build.value}
        query={query}
        viewState={viewState}
        steps={steps}
        earlier={earlier.map((each) => ({
          attempt: each.attempt,
          steps: each.steps.ok ? each.steps.value.steps : [],
        }))}
        relations={relations.ok ? relations.value : null}
        cache={cache?.ok ? cache.value : null}
      />
    </Page>
  );
}
