import type { ImageManifest } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { ProblemPanel } from '@/components/ui/states';
import { visibleText } from '@/lib/format/names';
import { loadImage } from '../api/load-images';
import { DescriptorTree } from './descriptor-tree';
import { ManifestCard } from './manifest-card';
import { ReferrersCard } from './referrers-card';

const mostNamed = 20;

/** What only the registry knows of an image. When it has lost it the rest of the page stays. */
export async function RegistryContent({ projectId, digest }: { projectId: string; digest: string }) {
  const image = await loadImage(projectId, digest);
  if (!image.ok)
    return (
      <Card title="What it is made of">
        <ProblemPanel problem={image.problem} what="What the registry holds" />
      </Card>
    );
  const platforms = image.value.manifests.filter(({ attests }) => attests === null);
  const shown = platforms.filter((manifest) => manifest.shown !== 'descriptor');
  const leftOut = platforms.filter((manifest) => manifest.shown === 'descriptor');
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-2">
        <Card title="What it is made of">
          <DescriptorTree projectId={projectId} image={image.value} />
        </Card>
        <ReferrersCard projectId={projectId} referrers={image.value.referrers} />
      </div>
      {shown.map((manifest) => (
        <ManifestCard key={manifest.descriptor.digest} manifest={manifest} />
      ))}
      {leftOut.length > 0 && <LeftOut manifests={leftOut} />}
    </>
  );
}

function LeftOut({ manifests }: { manifests: readonly ImageManifest[] }) {
  const names = manifests.slice(0, mostNamed).map(({ platform }) => visibleText(platform ?? 'no platform named'));
  const more = manifests.length > names.length ? ` and ${manifests.length - names.length} more` : '';
  return (
    <Card title="Further platforms">
      <p className="px-3 py-3 break-words text-text-2">
        This image has more than fits on one page, so these platforms are not shown: {names.join(', ')}
        {more}. Their manifests are listed above, and the registry has all of them.
      </p>
    </Card>
  );
}
