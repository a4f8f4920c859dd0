import type { ImageFacts, Project } from '@cooperage/contracts';
import { Suspense } from 'react';
import { Card, Fact, Facts } from '@/components/ui/card';
import { CopyLine } from '@/components/ui/copy-line';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Skeleton } from '@/components/ui/states';
import { TagList, Verdict } from '@/features/builds/components/build-facts';
import { DeleteImage } from '@/features/retention/components/delete-image';
import { projectPath } from '@/lib/address/paths';
import { formatBytes } from '@/lib/format/bytes';
import { shortCommit, shortDigest } from '@/lib/format/names';
import { BasesCard } from './bases-card';
import { CommandsCard } from './commands-card';
import { InsideImage } from './inside-image';
import { RegistryContent } from './registry-content';
import { Retag } from './retag';
import { SignaturePanel } from './signature-panel';
import { ImageMovesCard } from './tag-cards';

/**
 * The page stands on what rows know, and comes with all of it, since what stands above would move what stands below. What
 * only the registry knows follows at its end, or says why it does not.
 */
export function ImagePage({ project, image }: { project: Project; image: ImageFacts }) {
  return (
    <>
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          <h1 className="text-xl font-semibold tracking-tight break-all">
            <code className="text-[0.9em]">{shortDigest(image.digest)}</code>
          </h1>
          <p className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-text-2">
            <Verdict verified={image.verified} />
            <TagList tags={image.tags} limit={12} more={image.moreTags} />
            {image.buildNumber !== null && (
              <span>
                from build{' '}
                <Link href={`${projectPath(project)}/b/${image.buildNumber}`} className={textLinkClass}>
                  #{image.buildNumber}
                </Link>
              </span>
            )}
            {image.commit && (
              <span>
                commit <code title={image.commit}>{shortCommit(image.commit)}</code>
              </span>
            )}
            <span className="tabular-nums">
              {formatBytes(image.sizeBytes)}
              <SizeChange image={image} />
            </span>
            <span>{image.platforms.join(', ')}</span>
            <Moment at={image.createdAt} />
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <Retag projectId={project.id} digest={image.digest} />
          <DeleteImage projectId={project.id} digest={image.digest} />
        </div>
      </header>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-2">
        <div className="grid min-w-0 gap-4">
          <Card title="Signature">
            <SignaturePanel projectId={project.id} digest={image.digest} commit={image.commit} />
          </Card>
          <BasesCard image={image} project={project} />
        </div>
        <div className="grid min-w-0 gap-4">
          <Card title="Address">
            <Facts>
              <Fact name="Digest">
                <CopyLine text={image.digest} what="digest" />
              </Fact>
              <Fact name="Pull">
                <CopyLine text={`docker pull ${image.reference}`} what="command that pulls this image" />
              </Fact>
            </Facts>
          </Card>
          <ImageMovesCard project={project} digest={image.digest} />
          <CommandsCard projectId={project.id} digest={image.digest} />
        </div>
      </div>
      <InsideImage projectId={project.id} digest={image.digest} />
      <Suspense fallback={<Skeleton lines={8} />}>
        <RegistryContent projectId={project.id} digest={image.digest} />
      </Suspense>
    </>
  );
}

/** Against the image that the project published before. */
function SizeChange({ image: { sizeBytes, previous } }: { image: ImageFacts }) {
  if (!previous) return null;
  const change = sizeBytes - previous.sizeBytes;
  const since = previous.buildNumber === null ? 'the image before' : `build #${previous.buildNumber}`;
  const words = change === 0 ? 'as large as' : `${change > 0 ? '+' : '−'}${formatBytes(Math.abs(change))} since`;
  return <span className="text-text-3">{` (${words} ${since})`}</span>;
}
