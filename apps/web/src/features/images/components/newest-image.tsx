import type { Project } from '@cooperage/contracts';
import { CopyLine } from '@/components/ui/copy-line';
import { Link, textLinkClass } from '@/components/ui/link';
import { Verdict } from '@/features/builds/components/build-facts';
import { imagePath } from '@/lib/address/paths';
import { shortDigest } from '@/lib/format/names';
import { loadNewestImage } from '../api/load-images';

/** The image that was published last: whether it verifies, and how to pull it. Nothing before there is one. */
export async function NewestImage({ project }: { project: Project }) {
  const images = await loadNewestImage(project.id);
  const newest = images.ok ? images.value.items[0] : undefined;
  if (!newest) return null;
  const [tag] = newest.tags;
  const reference = tag === undefined ? `@${newest.digest}` : `:${tag}`;
  return (
    <div className="grid gap-1">
      <CopyLine
        text={`docker pull ${project.imageRepository}${reference}`}
        what="command that pulls the newest image"
      />
      <p className="flex flex-wrap gap-x-2 text-sm sm:justify-end">
        <Link href={imagePath(project, newest.digest)} className={textLinkClass}>
          <code>{shortDigest(newest.digest)}</code>
        </Link>
        <Verdict verified={newest.verified} />
      </p>
    </div>
  );
}
