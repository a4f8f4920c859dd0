import type { Build } from '@cooperage/contracts';
import { isFinal } from '@cooperage/domain/predicates';
import { Card, Fact, Facts } from '@/components/ui/card';
import { Digest } from '@/components/ui/digest';
import { Link, textLinkClass } from '@/components/ui/link';
import { imagePath } from '@/lib/address/paths';
import { TagList, Verdict } from './build-facts';

const cacheWords = {
  none: 'not exported',
  pending: 'being exported',
  done: 'exported',
  failed: 'could not be exported; the next build may be slower',
} as const;

/** What came of the build. */
export function OutcomeCard({ build }: { build: Build }) {
  return (
    <Card title="Outcome">
      {build.digest ? <Published build={build} digest={build.digest} /> : <Nothing build={build} />}
    </Card>
  );
}

function Published({ build, digest }: { build: Build; digest: string }) {
  const path = imagePath({ organizationSlug: build.organizationSlug, slug: build.projectSlug }, digest);
  const over = isFinal(build.status);
  return (
    <Facts>
      <Fact name="Image">
        <Digest value={digest} copy />{' '}
        {build.status === 'succeeded' && (
          <Link href={path} className={textLinkClass}>
            layers, tags and signatures
          </Link>
        )}
      </Fact>
      <Fact name="Tags">
        {build.status === 'succeeded' ? (
          build.movesTags ? (
            <TagList tags={build.tags} limit={20} />
          ) : (
            'none moved: a newer commit of this ref was already known'
          )
        ) : (
          <>
            <TagList tags={build.tags} limit={20} />{' '}
            <span className="text-text-2">{over ? 'not moved' : 'move after the image is signed and verified'}</span>
          </>
        )}
      </Fact>
      <Fact name="Signature">
        <Verdict verified={build.verified} />
      </Fact>
      <Fact name="Cache">{cacheWords[build.cacheExport]}</Fact>
    </Facts>
  );
}

function Nothing({ build }: { build: Build }) {
  const words = isFinal(build.status)
    ? 'No image was published, and no tag has moved.'
    : build.status === 'canceling'
      ? 'No image will be published, and no tag moves.'
      : null;
  return (
    <p className="px-3 py-2.5 text-text-2">
      {words ?? (
        <>
          No image yet. It gets <TagList tags={build.tags} limit={20} /> once it is signed and verified.
        </>
      )}
    </p>
  );
}
