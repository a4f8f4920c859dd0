import type { Project, ProjectCache } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { Link, textLinkClass } from '@/components/ui/link';
import { buildPath } from '@/lib/address/paths';
import { publicOrigin } from '@/lib/address/public-origin';
import { curlCall } from '@/lib/format/shell';
import { coldSentence, warmCall } from '../model/cold-words';
import { WarmButton } from './warm-button';

interface ColdCacheProps {
  readonly project: Project;
  readonly cold: NonNullable<ProjectCache['cold']>;
}

/** No cache of the default branch stands: why, what that means, and the build that changes it. */
export async function ColdCache({ project, cold }: ColdCacheProps) {
  const { id, organizationSlug, slug, defaultBranch } = project;
  const { underWay } = cold;
  return (
    <Card title="The cache is cold">
      <div className="grid gap-2 px-3 py-3">
        <p className="max-w-[80ch] break-words">{coldSentence(cold, defaultBranch)}</p>
        {underWay === null ? (
          <>
            <p className="max-w-[80ch] text-text-2">
              A build of the default branch as it is now runs every step and leaves all of its cache. It moves no tag.
            </p>
            <div className="flex flex-wrap items-center gap-2">
              <WarmButton look="plain" project={{ id, organizationSlug, slug, defaultBranch }} />
              <CopyButton
                text={curlCall(await publicOrigin(), warmCall(project))}
                label="Copy as command"
                name="Copy as command: warm it now"
                what="command"
                always
              />
            </div>
          </>
        ) : (
          <p role="status">
            <Link href={buildPath({ organizationSlug, projectSlug: slug, number: underWay })} className={textLinkClass}>
              Build #{underWay}
            </Link>{' '}
            is on its way and will leave one where it succeeds.
          </p>
        )}
      </div>
    </Card>
  );
}
