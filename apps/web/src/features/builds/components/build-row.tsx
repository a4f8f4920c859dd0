import type { BuildSummary } from '@cooperage/contracts';
import { Digest } from '@/components/ui/digest';
import { Link } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Span } from '@/components/ui/span';
import { rowClass, Td } from '@/components/ui/table';
import { buildPath } from '@/lib/address/paths';
import { visibleText } from '@/lib/format/names';
import { blameWords, triggerWords } from '../model/status';
import { RefAndCommit, Verdict } from './build-facts';
import { Status } from './status';

export function BuildRow({ build, withProject }: { build: BuildSummary; withProject: boolean }) {
  return (
    <tr className={rowClass}>
      <Td className="align-top!">
        <Status status={build.status} />
        {build.phase && build.status === 'running' && <div className="pl-5 text-xs text-text-2">{build.phase}</div>}
        <div className="pl-5 text-xs text-text-2 md:hidden">
          <Span start={build.startedAt} end={build.finishedAt} />
        </div>
      </Td>
      <Td className="w-full max-w-0 align-top! md:w-2/5 md:max-w-none md:min-w-40">
        <Link href={buildPath(build)} data-row className="line-clamp-2 hover:underline">
          <span className="mr-0.5 text-text-2 tabular-nums">
            {withProject && `${build.projectSlug} `}#{build.number}
          </span>{' '}
          <span className="font-medium break-words">{visibleText(build.commitSubject) || 'no commit message'}</span>
        </Link>
        <WhyLine build={build} />
        <div className="truncate text-xs text-text-2 md:hidden">
          <RefAndCommit build={build} />
        </div>
      </Td>
      <Td wide className="max-w-52 align-top! 2xl:max-w-72">
        <RefAndCommit build={build} />
        <div className="truncate text-xs text-text-2">{visibleText(build.commitAuthor)}</div>
      </Td>
      <Td wide className="max-w-40 align-top!">
        {triggerWords[build.trigger]}
        {build.ruleName && <div className="truncate text-xs text-text-2">{visibleText(build.ruleName)}</div>}
      </Td>
      <Td right wide className="align-top! whitespace-nowrap">
        {build.stepsTotal === null ? '–' : `${build.stepsCached ?? 0}/${build.stepsTotal}`}
      </Td>
      <Td right wide className="align-top!">
        <Span start={build.startedAt} end={build.finishedAt} />
      </Td>
      <Td wide className="align-top!">
        {build.digest ? (
          <>
            <Digest value={build.digest} />
            <div className="text-xs">
              <Verdict verified={build.verified} />
            </div>
          </>
        ) : (
          <span className="text-text-3">–</span>
        )}
      </Td>
      <Td right wide className="align-top!">
        <Moment at={build.queuedAt} />
      </Td>
    </tr>
  );
}

function WhyLine({ build }: { build: BuildSummary }) {
  if (build.failure) {
    const place = build.failure.place;
    const where = place?.file && place.line ? ` · ${place.file}:${place.line}` : '';
    return (
      <div className="text-xs text-bad">
        <span className="font-medium">{build.failure.code}</span> · {blameWords[build.failure.blame]}
        {visibleText(where)} · <span className="break-words">{visibleText(build.failure.message)}</span>
      </div>
    );
  }
  if (build.waitReason) return <div className="text-xs text-wait">waits: {visibleText(build.waitReason)}</div>;
  return null;
}
