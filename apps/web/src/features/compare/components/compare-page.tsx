import type { BuildCache, Comparison, Project } from '@cooperage/contracts';
import { Suspense } from 'react';
import { PageTitle } from '@/components/shell/page';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { Skeleton } from '@/components/ui/states';
import { DiffLines } from '@/features/builds/components/diff-lines';
import { cacheByStep } from '@/features/builds/model/cache-reasons';
import { fileDiff } from '@/features/builds/model/file-diff';
import { comparePath } from '@/lib/address/paths';
import { CommitsCard } from './commits-card';
import { ComparedBuilds } from './compared-builds';
import { ComparedSteps } from './compared-steps';
import { LayersCard } from './layers-card';
import { ValuePairs } from './value-pairs';

export interface ComparePageProps {
  readonly comparison: Comparison;
  /** Why steps of the later build ran; null where that could not be read. */
  readonly cache: BuildCache | null;
  readonly project: Pick<Project, 'id' | 'remoteUrl'>;
}

/** What is different from one build to another, in the order in which one asks: inputs, file, steps, image. */
export function ComparePage({ comparison, cache, project: { id, remoteUrl } }: ComparePageProps) {
  const { a, b, between, inputs, bases, dockerfile, steps } = comparison;
  const project = { organizationSlug: a.organizationSlug, slug: a.projectSlug };
  const swap = (
    <Link href={comparePath(project, b.number, a.number)} className={buttonClass()} scroll={false}>
      Other way round
    </Link>
  );
  return (
    <>
      <PageTitle title={`From #${a.number} to #${b.number}`} actions={swap}>
        {betweenWords(between)}
      </PageTitle>
      <ComparedBuilds a={a} b={b} />
      <CommitsCard comparison={comparison} remoteUrl={remoteUrl} />
      <Card title="Inputs">
        <ValuePairs label="Inputs" pairs={inputs} a={a.number} b={b.number} none="Nothing but the time is different." />
      </Card>
      <Card title="Base images">
        {bases.length === 0 ? (
          <p className="px-3 py-2.5 text-text-2">No base image is known of either build.</p>
        ) : (
          <ValuePairs
            label="Base images"
            pairs={bases}
            a={a.number}
            b={b.number}
            none="No base has moved."
            missing="not known"
          />
        )}
      </Card>
      <Card title="Dockerfile">
        <Dockerfiles dockerfile={dockerfile} a={a.number} b={b.number} />
      </Card>
      <ComparedSteps steps={steps} a={a} b={b} cache={cacheByStep(cache)} />
      <Card title="Layers and size">
        <Suspense fallback={<Skeleton lines={5} />}>
          <LayersCard projectId={id} pair={{ a: a.number, b: b.number }} />
        </Suspense>
      </Card>
    </>
  );
}

function betweenWords(between: number): string {
  if (between === 0) return 'One follows the other.';
  return between === 1 ? 'One build of the project lies between.' : `${between} builds of the project lie between.`;
}

interface DockerfilesProps {
  readonly dockerfile: Comparison['dockerfile'];
  readonly a: number;
  readonly b: number;
}

function Dockerfiles({ dockerfile, a, b }: DockerfilesProps) {
  const { a: before, b: after, firstDifference } = dockerfile;
  if (before === null || after === null) {
    const missing = before === null ? a : b;
    return <p className="px-3 py-2.5 text-text-2">No Dockerfile was read in #{missing}.</p>;
  }
  const diff = fileDiff(before, after, firstDifference);
  return <DiffLines diff={diff} a={before} b={after} label={`Changes of the Dockerfile from #${a} to #${b}`} />;
}
