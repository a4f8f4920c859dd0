import type { ImageFacts } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Digest } from '@/components/ui/digest';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { type ProjectName, projectPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';

/** Base images, and whether a later build has met a newer digest under the same name. */
export function BasesCard({ image: { bases }, project }: { image: ImageFacts; project: ProjectName }) {
  if (bases.length === 0) return null;
  return (
    <Card title="Base images">
      <ul className="divide-y divide-line">
        {bases.map(({ name, digest, newest }, at) => (
          <li key={`${at} ${name}`} className="flex flex-wrap items-baseline gap-x-3 px-3 py-1.5 text-sm">
            <code className="min-w-0 flex-1 basis-40 break-all">{visibleText(name)}</code>
            <Digest value={digest} />
            {newest && newest.digest !== digest ? (
              <span className="basis-full text-wait">
                A newer digest is known: <Digest value={newest.digest} />, <Moment at={newest.at} flowing />.{' '}
                <Link href={projectPath(project)} className={textLinkClass}>
                  Build again
                </Link>{' '}
                to take it.
              </span>
            ) : (
              <span className="text-text-3">the newest known</span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
