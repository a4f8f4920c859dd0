import type { BuildSummary } from '@cooperage/contracts';
import { Digest } from '@/components/ui/digest';
import { Link } from '@/components/ui/link';
import { Moment } from '@/components/ui/moment';
import { Span } from '@/components/ui/span';
import { rowClass, Td } from '@/components/ui/table';
import { buildPath } from '@/lib/address/paths';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { rowFacts } from '../model/row-facts';
import { blameWords, triggerWords } from '../model/status';
import { waitWords } from '../model/wait-words';
import { RefAndCommit, Verdict } from './build-facts';
import { PeekButton, SelectBuild } from './row-selection';
import { SaidLine } from './said-line';
import { Status } from './status';
import { TimeCell } from './time-cell';

export function BuildRow({ build, withProject }: { build: BuildSummary; withProject: boolean }) {
  const facts = rowFacts(build);
  return (
    <tr className={rowClass} data-build={JSON.stringify(facts)}>
      <Td wide className="w-0 pr-0! align-top!">
        <SelectBuild row={facts} />
      </Td>
      <Td className="align-top!">
        <Status status={build.status} />
        {build.phase && build.status === 'running' && <div className="pl-5 text-xs text-text-2">{build.phase}</div>}
        <div className="pl-5 text-xs text-text-2 md:hidden">
          <Span start={build.startedAt} end={build.finishedAt} />
        </div>
      </Td>
      <Td className="w-full max-w-0 align-top! md:w-2/5 md:max-w-none md:min-w-40">
        <div className="flex items-start gap-1">
          <Link href={buildPath(build)} data-row className="line-clamp-2 min-w-0 hover:underline">
            <span className="mr-0.5 text-text-2 tabular-nums">
              {withProject && `${build.projectSlug} `}#{build.number}
            </span>{' '}
            <span className="font-medium wrap-anywhere">{visibleText(build.commitSubject) || 'no commit message'}</span>
          </Link>
          <PeekButton row={facts} />
        </div>
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
      <Td right wide className="min-w-26 align-top!">
        <TimeCell build={build} />
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
        <WaitLine build={build} />
      </Td>
    </tr>
  );
}

/** Waits that nobody notices are left out. */
const shortWaitMs = 1000;

function WaitLine({ build: { queuedAt, startedAt } }: { build: BuildSummary }) {
  const ms = startedAt === null ? 0 : Date.parse(startedAt) - Date.parse(queuedAt);
  if (ms < shortWaitMs) return null;
  return <div className="text-xs text-text-2">waited {formatDuration(ms)}</div>;
}

function WhyLine({ build }: { build: BuildSummary }) {
  if (build.failure) {
    const place = build.failure.place;
    const where = place?.file && place.line ? ` · ${place.file}:${place.line}` : '';
    return (
      <div className="text-xs text-bad">
        <span className="font-medium">{build.failure.code}</span> · {blameWords[build.failure.blame]}
        {visibleText(where)} · <span className="break-words">{visibleText(build.failure.message)}</span>
        <SaidLine failure={build.failure} />
      </div>
    );
  }
  if (build.waitReason)
    return <div className="text-xs text-wait">waits {visibleText(waitWords(build.waitReason))}</div>;
  return null;
}
