import type { Image, Project } from '@cooperage/contracts';
import { Suspense } from 'react';
import { Card, Fact, Facts } from '@/components/ui/card';
import { CopyLine } from '@/components/ui/copy-line';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Skeleton } from '@/components/ui/states';
import { TagList, Verdict } from '@/features/builds/components/build-facts';
import { projectPath } from '@/lib/address/paths';
import { formatBytes } from '@/lib/format/bytes';
import { shortCommit, shortDigest } from '@/lib/format/names';
import { CommandsCard } from './commands-card';
import { DescriptorTree } from './descriptor-tree';
import { ManifestCard } from './manifest-card';
import { ReferrersCard } from './referrers-card';
import { SignaturePanel } from './signature-panel';

export function ImagePage({ project, image }: { project: Project; image: Image }) {
  return (
    <>
      <header>
        <h1 className="text-xl font-semibold tracking-tight break-all">
          <code className="text-[0.9em]">{shortDigest(image.digest)}</code>
        </h1>
        <p className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-text-2">
          <Verdict verified={image.verified} />
          <TagList tags={image.tags} limit={12} />
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
          <span className="tabular-nums">{formatBytes(image.sizeBytes)}</span>
          <span>{image.platforms.join(', ')}</span>
          <Moment at={image.createdAt} />
        </p>
      </header>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-2">
        <div className="grid min-w-0 gap-4">
          <Card title="Signature">
            <Suspense fallback={<Skeleton lines={6} />}>
              <SignaturePanel projectId={project.id} digest={image.digest} commit={image.commit} />
            </Suspense>
          </Card>
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
          <Card title="What it is made of">
            <DescriptorTree projectId={project.id} image={image} />
          </Card>
          <ReferrersCard projectId={project.id} referrers={image.referrers} />
          <Suspense fallback={<Skeleton lines={6} />}>
            <CommandsCard projectId={project.id} digest={image.digest} />
          </Suspense>
        </div>
      </div>
      {image.manifests.map((manifest) => (
        <ManifestCard key={manifest.descriptor.digest} manifest={manifest} />
      ))}
    </>
  );
}
