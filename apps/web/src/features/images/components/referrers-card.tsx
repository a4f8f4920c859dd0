import type { Image } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { Digest } from '@/components/ui/digest';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { predicateWord } from '../model/media-type';
import { RawDocument } from './raw-document';

export interface ReferrersCardProps {
  readonly projectId: string;
  readonly referrers: Image['referrers'];
}

/** What in the registry speaks of this image. That it is there is no verdict: the signature panel gives that. */
export function ReferrersCard({ projectId, referrers }: ReferrersCardProps) {
  return (
    <Card title="Referrers" aside={<span className="tabular-nums">{referrers.length}</span>}>
      {referrers.length === 0 ? (
        <p className="px-3 py-3 text-text-2">Nothing in the registry refers to this image.</p>
      ) : (
        <ul className="divide-y divide-line">
          {referrers.map((referrer) => (
            <li key={referrer.digest} className="flex flex-wrap items-center gap-x-3 px-3 py-1 text-sm">
              <span className="min-w-32 font-medium" title={referrer.predicateType ?? undefined}>
                {visibleText(predicateWord(referrer.predicateType, referrer.artifactType))}
              </span>
              <Digest value={referrer.digest} />
              <span className="text-text-2 tabular-nums">{formatBytes(referrer.sizeBytes)}</span>
              <RawDocument address={`/projects/${projectId}/blobs/${referrer.digest}`} digest={referrer.digest} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
