import type { Build, BuildRelations } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Span } from '@/components/ui/span';
import { comparePath, deliveryPath, projectPath } from '@/lib/address/paths';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { triggerWords } from '../model/status';
import { BuildActions } from './build-actions';
import { RefAndCommit } from './build-facts';
import { SituationNotes } from './situation-notes';
import { Status } from './status';

/** @param relations null where they could not be read: the rest is shown without them */
export function BuildHeader({ build, relations }: { build: Build; relations: BuildRelations | null }) {
  const saved = build.stepsTotal === null ? null : `${build.stepsCached ?? 0}/${build.stepsTotal}`;
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-80">
        <h1 className="text-xl font-semibold tracking-tight break-words">
          {visibleText(build.commitSubject) || `Build ${build.number}`}
        </h1>
        <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-text-2">
          <span aria-live="polite">
            <Status status={build.status} />
          </span>
          <span className="inline-flex min-w-0 flex-wrap gap-x-1.5">
            <RefAndCommit build={build} /> {visibleText(build.commitAuthor)}
          </span>
          <Cause build={build} />
          <span>
            {build.usualMs !== null && (
              <span className="text-text-3 tabular-nums">usual {formatDuration(build.usualMs)}, </span>
            )}
            <Span start={build.startedAt} end={build.finishedAt} />
          </span>
          <Waited build={build} />
          {saved && (
            <span>
              cache <b className="font-semibold text-text tabular-nums">{saved}</b>
            </span>
          )}
          <span>
            queued <Moment at={build.queuedAt} />
          </span>
        </div>
        <SituationNotes build={build} queue={relations?.queue ?? null} />
      </div>
      <BuildActions build={build} can={build.can} compareHref={compareHref(build, relations)} />
    </header>
  );
}

/** With the last good build; without one there is nothing to compare with. */
function compareHref(build: Build, relations: BuildRelations | null): string | null {
  const green = relations?.lastGreen;
  const project = { organizationSlug: build.organizationSlug, slug: build.projectSlug };
  return green ? comparePath(project, green.number, build.number) : null;
}

function Cause({ build }: { build: Build }) {
  const project = { organizationSlug: build.organizationSlug, slug: build.projectSlug };
  return (
    <span>
      {build.retryOfNumber !== null ? (
        <>
          retry of{' '}
          <Link className={textLinkClass} href={`${projectPath(project)}/b/${build.retryOfNumber}`}>
            #{build.retryOfNumber}
          </Link>
        </>
      ) : build.deliveryId ? (
        <Link className={textLinkClass} href={deliveryPath(project, build.deliveryId)}>
          {triggerWords[build.trigger]}
        </Link>
      ) : (
        triggerWords[build.trigger]
      )}
      {build.triggeredBy && ` by ${visibleText(build.triggeredBy)}`}
      {build.ruleName && (
        <>
          , rule <b className="font-semibold">{visibleText(build.ruleName)}</b>
        </>
      )}
      {build.zone !== 'protected' && `, ${build.zone} zone`}
    </span>
  );
}

function Waited({ build }: { build: Build }) {
  if (build.startedAt === null) return null;
  const ms = Date.parse(build.startedAt) - Date.parse(build.queuedAt);
  return <span className="tabular-nums">waited {formatDuration(ms)}</span>;
}
