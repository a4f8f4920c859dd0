import type { Build, BuildRelations } from '@cooperage/contracts';
import { isFinal, type LeftOutTag } from '@cooperage/domain/predicates';
import { Card, Fact, Facts } from '@/components/ui/card';
import { Digest } from '@/components/ui/digest';
import { Link, textLinkClass } from '@/components/ui/link';
import { imagePath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { outcomeId } from '../model/phase-anchors';
import { sizeWords } from '../model/size-words';
import { TagList, Verdict } from './build-facts';
import { OutcomeCommands } from './outcome-commands';

const cacheWords = {
  none: 'not exported',
  pending: 'being exported',
  done: 'exported',
  failed: 'could not be exported; the next build may be slower',
} as const;

export interface OutcomeCardProps {
  readonly build: Build;
  readonly relations: BuildRelations | null;
}

/** What came of the build. */
export function OutcomeCard({ build, relations }: OutcomeCardProps) {
  return (
    <Card title="Outcome" id={outcomeId} className="scroll-my-16">
      {build.digest ? (
        <Published build={build} digest={build.digest} relations={relations} />
      ) : (
        <Nothing build={build} />
      )}
    </Card>
  );
}

function Published({ build, digest, relations }: OutcomeCardProps & { digest: string }) {
  const project = { organizationSlug: build.organizationSlug, slug: build.projectSlug };
  const published = build.status === 'succeeded';
  return (
    <>
      <Facts>
        <Fact name="Image">
          <Digest value={digest} copy />{' '}
          {published && (
            <Link href={imagePath(project, digest)} className={textLinkClass}>
              layers, tags and signatures
            </Link>
          )}
        </Fact>
        {build.sizeBytes !== null && (
          <Fact name="Size">
            <span className="tabular-nums">{sizeWords(build.sizeBytes, relations?.lastGreen ?? null)}</span>
          </Fact>
        )}
        <Fact name="Tags">
          {published ? <MovedTags build={build} moves={relations?.movedTags ?? []} /> : <TagsToCome build={build} />}
          <LeftOutTags build={build} />
        </Fact>
        <Fact name="Signature">
          <Verdict verified={build.verified} />
        </Fact>
        <Fact name="Cache">{cacheWords[build.cacheExport]}</Fact>
      </Facts>
      {published && <OutcomeCommands projectId={build.projectId} digest={digest} />}
    </>
  );
}

interface MovedTagsProps {
  readonly build: Build;
  readonly moves: BuildRelations['movedTags'];
}

function MovedTags({ build, moves }: MovedTagsProps) {
  if (!build.movesTags) return 'none moved: a newer commit of this ref was already known';
  if (moves.length === 0) return <TagList tags={build.tags} limit={20} />;
  return (
    <ul aria-label="Tags that moved" className="grid gap-0.5">
      {moves.map((move) => (
        <li key={move.tag} className="flex flex-wrap items-center gap-x-1.5">
          <TagList tags={[visibleText(move.tag)]} />
          <span className="inline-flex flex-wrap items-center gap-1.5 text-sm text-text-2">
            {move.from === move.to ? (
              'pointed here already'
            ) : (
              <>
                {move.from ? <Digest value={move.from} /> : 'new'} <span aria-hidden>→</span>
                <span className="sr-only">to</span> <Digest value={move.to} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

const leftOutReasons: readonly (readonly [LeftOutTag['reason'], string])[] = [
  ['owned_by_protected', 'not set: belongs to a protected branch or a release'],
  ['owned_by_other_ref', 'not set: belongs to another git tag or protected branch'],
  ['owned_by_other_commit', 'not set: belongs to another commit'],
  ['reserved_for_protected', 'not set: reserved for protected branches and releases'],
  ['rules_too_costly', 'not set: the rules are too costly to tell whether protected branches or releases keep it'],
];

/** What its rule would give it, and why it does not get it. */
function LeftOutTags({ build }: { build: Build }) {
  if (build.leftOutTags.length === 0) return null;
  return (
    <ul aria-label="Tags that are not set" className="mt-1 grid gap-1.5 text-sm text-text-2">
      {leftOutReasons.map(([reason, words]) => {
        const tags = build.leftOutTags.filter((left) => left.reason === reason).map(({ tag }) => visibleText(tag));
        if (tags.length === 0) return null;
        return (
          <li key={reason}>
            <TagList tags={tags} limit={20} /> {words}
          </li>
        );
      })}
    </ul>
  );
}

function TagsToCome({ build }: { build: Build }) {
  return (
    <>
      <TagList tags={build.tags} limit={20} />{' '}
      <span className="text-text-2">
        {isFinal(build.status) ? 'not moved' : 'move after the image is signed and verified'}
      </span>
    </>
  );
}

function Nothing({ build }: { build: Build }) {
  const words = isFinal(build.status)
    ? 'No image was published, and no tag has moved.'
    : build.status === 'canceling'
      ? 'No image will be published, and no tag moves.'
      : null;
  return (
    <div className="px-3 py-2.5 text-text-2">
      {words ?? (
        <>
          No image yet. It gets <TagList tags={build.tags} limit={20} /> once it is signed and verified.
        </>
      )}
      <LeftOutTags build={build} />
    </div>
  );
}
