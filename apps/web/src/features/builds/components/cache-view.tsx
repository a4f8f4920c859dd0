import type { Build, BuildCache, RunReason, Step, StepCache } from '@cooperage/contracts';
import { Fact, Facts } from '@/components/ui/card';
import { Digest } from '@/components/ui/digest';
import { Link, textLinkClass } from '@/components/ui/link';
import { buildPath } from '@/lib/address/paths';
import { cachePlace } from '@/lib/format/cache-backend';
import { formatDuration } from '@/lib/format/duration';
import { visibleStart, visibleText } from '@/lib/format/names';
import { readWords } from '../model/cache-read';
import { economyWords, exportWords, fileWords, policyWords, reasonSentence } from '../model/cache-reasons';
import { shownOf } from '../model/shown-steps';
import { stepTitle } from '../model/step-groups';
import { StepsLeft } from './steps-left';

export interface CacheViewProps {
  readonly build: Build;
  /** Null where it could not be read. */
  readonly cache: BuildCache | null;
  readonly steps: readonly Step[];
  readonly hrefOf: (step: Pick<Step, 'ordinal' | 'startLine'>) => string;
}

/** Which caches a build read and wrote, and of each step why it ran or whose result stood for it. */
export function CacheView({ build, cache, steps, hrefOf }: CacheViewProps) {
  if (cache === null) return <p className="px-3 py-4 text-text-2">The cache could not be read. Open the page again.</p>;
  const { shown, left } = shownOf(cache.steps, ({ cached }) => !cached);
  const titles = new Map(steps.map((step) => [step.ordinal, stepTitle(step)]));
  return (
    <>
      <Facts>
        <Fact name="Zone">
          {cache.zone}, <span className="text-text-2">{policyWords(cache)}</span>
        </Fact>
        {cache.read ? (
          <Fact name="Read">
            <ReadCache build={build} read={cache.read} backend={cache.backend} />
          </Fact>
        ) : (
          <Fact name="Read, the first there is">
            {cache.reads.length === 0 ? 'nothing' : <References reads={cache.reads} />}
          </Fact>
        )}
        <Fact name="Written">
          {cache.writes === null ? (
            'nothing'
          ) : (
            <>
              <code className="break-all">{cache.writes}</code>{' '}
              <span className="text-text-2">
                {cachePlace[cache.backend]}, {exportWords(cache.export)}
              </span>
            </>
          )}
        </Fact>
        <Fact name="Worth">{economyWords(cache.economy)}</Fact>
      </Facts>
      {cache.steps.length === 0 && (
        <p className="border-t border-line px-3 py-3 text-text-2">No step has come to its turn yet.</p>
      )}
      <ol aria-label="Why each step ran" className="border-t border-line">
        {cache.steps
          .filter((step) => shown.has(step))
          .map((step) => (
            <li key={step.ordinal} className="border-b border-line px-3 py-2 last:border-b-0">
              {step.target !== null && (
                <span className="block text-xs text-text-2">target {visibleText(step.target)}</span>
              )}
              <Link
                href={hrefOf({ ...step, startLine: step.target === null ? step.startLine : null })}
                data-row
                className="inline-block max-w-full truncate hover:underline"
              >
                <code>{visibleStart(titles.get(step.ordinal) ?? `step ${step.ordinal}`)}</code>
              </Link>
              <Verdict build={build} step={step} />
            </li>
          ))}
      </ol>
      <StepsLeft left={left} />
    </>
  );
}

interface ReadCacheProps extends Pick<BuildCache, 'backend'> {
  readonly build: Build;
  readonly read: NonNullable<BuildCache['read']>;
}

/** Which cache it was, and why that one. */
function ReadCache({ build, read, backend }: ReadCacheProps) {
  const { cache } = read;
  const why = readWords(read, backend);
  if (cache === null) return why;
  return (
    <>
      <span className="block">
        <code className="break-all">{visibleText(cache.ref)}</code>{' '}
        <span className="text-text-2">of the {cache.zone} zone</span>
      </span>
      <span className="flex flex-wrap items-center gap-x-2">
        {cache.digest && <Digest value={cache.digest} />}
        {cache.writtenBy !== null && cache.ageMs !== null && (
          <span className="text-text-2">
            left by{' '}
            <Link href={buildPath({ ...build, number: cache.writtenBy })} className={textLinkClass}>
              #{cache.writtenBy}
            </Link>{' '}
            {formatDuration(Math.max(0, cache.ageMs))} before
          </span>
        )}
      </span>
      <span className="block text-text-2">{why}</span>
    </>
  );
}

function References({ reads }: { reads: BuildCache['reads'] }) {
  return reads.map(({ reference, zone, ref }) => (
    <span key={reference} className="block">
      <code className="break-all">{visibleText(ref)}</code> <span className="text-text-2">of the {zone} zone</span>
    </span>
  ));
}

function Verdict({ build, step }: { build: Build; step: StepCache }) {
  const { reason, against } = step;
  const other = against && (
    <Link href={buildPath({ ...build, number: against.number })} className={textLinkClass}>
      #{against.number}
    </Link>
  );
  if (reason === null) {
    return (
      <p className="flex items-center gap-2 text-sm text-text-2">
        <span aria-hidden className="hatched h-2 w-4 rounded-sm" />
        <span>Reused{other && <> from {other}</>}.</span>
      </p>
    );
  }
  return (
    <div className="text-sm">
      <p className="break-words">
        {reasonSentence(reason)}
        {other && <span className="text-text-2"> Compared with {other}.</span>}
      </p>
      <Evidence reason={reason} />
    </div>
  );
}

/** What differs, as it stands in both builds. */
function Evidence({ reason }: { reason: RunReason }) {
  if (reason.kind === 'files') return <Files reason={reason} />;
  if (reason.kind === 'base') {
    return (
      <p className="flex flex-wrap items-center gap-x-2">
        <Digest value={reason.before} /> → <Digest value={reason.after} />
      </p>
    );
  }
  if (reason.kind === 'earlier_step') return <code className="block truncate">{visibleText(reason.definition)}</code>;
  if (reason.kind === 'instruction' || reason.kind === 'variable') {
    return <BeforeAfter before={reason.before} after={reason.after} />;
  }
  return null;
}

function BeforeAfter({ before, after }: { before: string | null; after: string | null }) {
  return (
    <div className="mt-1 grid gap-0.5">
      {before !== null && (
        <code className="break-all text-text-2">
          <span className="select-none">− </span>
          {visibleText(before)}
        </code>
      )}
      {after !== null && (
        <code className="break-all">
          <span className="select-none">+ </span>
          {visibleText(after)}
        </code>
      )}
    </div>
  );
}

function Files({ reason }: { reason: Extract<RunReason, { kind: 'files' }> }) {
  const { changes, added, changed, removed } = reason;
  const more = added + changed + removed - changes.length;
  return (
    <details open={changes.length <= 8}>
      <summary className="min-h-6 cursor-pointer text-text-2">
        {added} added, {changed} changed, {removed} removed
      </summary>
      <ul>
        {changes.map(({ path, before, after, mode }) => (
          <li key={path} className="flex flex-wrap gap-x-2">
            <code className="break-all">{fileWords(path)}</code>
            <span className="text-text-2">
              {mode
                ? `permissions ${mode.before.toString(8)} → ${mode.after.toString(8)}`
                : `${before?.slice(0, 8) ?? 'not there'} → ${after?.slice(0, 8) ?? 'gone'}`}
            </span>
          </li>
        ))}
        {more > 0 && <li className="text-text-2">and {more} more</li>}
      </ul>
    </details>
  );
}
