import type { BaseImageView, ImageFacts } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Digest } from '@/components/ui/digest';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { type ProjectName, projectPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { baseState } from '../model/base-state';

/** Base images, and whether a newer one is there under the same name. */
export function BasesCard({ image: { bases }, project }: { image: ImageFacts; project: ProjectName }) {
  if (bases.length === 0) return null;
  return (
    <Card title="Base images">
      <ul className="divide-y divide-line">
        {bases.map((base, at) => (
          <li key={`${at} ${base.name}`} className="flex flex-wrap items-baseline gap-x-3 px-3 py-1.5 text-sm">
            <code className="min-w-0 flex-1 basis-40 break-all">{visibleText(base.name)}</code>
            <Digest value={base.digest} />
            <BaseNote base={base} project={project} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function BaseNote({ base, project }: { base: BaseImageView; project: ProjectName }) {
  const state = baseState(base);
  switch (state.kind) {
    case 'newer':
      return (
        <span className="basis-full text-wait">
          {state.by === 'registry' ? 'Its registry has a newer one' : 'A later build has met a newer one'}:{' '}
          <Digest value={state.digest} />.{' '}
          <Link href={projectPath(project)} className={textLinkClass}>
            Build again
          </Link>{' '}
          to take it. Seen <Moment at={state.at} flowing />.
        </span>
      );
    case 'current':
      return (
        <span className="basis-full text-text-2">
          The newest: its registry said so <Moment at={state.at} flowing />.
        </span>
      );
    case 'pinned':
      return <span className="basis-full text-text-2">Named by its digest: it cannot move.</span>;
    case 'unknown':
      return (
        <span className="basis-full text-text-2">
          Whether there is a newer one is not known: {state.why}
          {state.at && (
            <>
              , asked <Moment at={state.at} flowing />
            </>
          )}
          .
        </span>
      );
  }
}
