import { Card } from '@/components/ui/card';
import { ProblemPanel } from '@/components/ui/states';
import { loadImage } from '../api/load-images';
import { DescriptorTree } from './descriptor-tree';
import { ManifestCard } from './manifest-card';
import { ReferrersCard } from './referrers-card';

/** What only the registry knows of an image. When it has lost it the rest of the page stays. */
export async function RegistryContent({ projectId, digest }: { projectId: string; digest: string }) {
  const image = await loadImage(projectId, digest);
  if (!image.ok)
    return (
      <Card title="What it is made of">
        <ProblemPanel problem={image.problem} what="What the registry holds" />
      </Card>
    );
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-2">
        <Card title="What it is made of">
          <DescriptorTree projectId={projectId} image={image.value} />
        </Card>
        <ReferrersCard projectId={projectId} referrers={image.value.referrers} />
      </div>
      {image.value.manifests.map((manifest) => (
        <ManifestCard key={manifest.descriptor.digest} manifest={manifest} />
      ))}
    </>
  );
}
