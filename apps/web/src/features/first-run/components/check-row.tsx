import type { CheckView } from '@cooperage/contracts';
import { Button } from '@/components/ui/button';
import { CopyLine } from '@/components/ui/copy-line';
import { StatusMark } from '@/features/builds/components/status';
import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { checkWords, stateWords } from '../model/check-words';

const looks = {
  unasked: { shape: 'ring', tone: 'text-text-2' },
  waiting: { shape: 'part', tone: 'text-run' },
  ok: { shape: 'tick', tone: 'text-good' },
  failed: { shape: 'cross', tone: 'text-bad' },
} as const;

/** One part: how it stands, what was measured, and for a broken one why that may be and what to do. */
export function CheckRow({ check, onAgain }: { check: CheckView; onAgain: () => void }) {
  const { title, does } = checkWords[check.name];
  const { shape, tone } = looks[check.state];
  return (
    <li aria-label={title} className="grid gap-2 border-b border-line px-3 py-2.5 last:border-b-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <h3 className="font-semibold">{title}</h3>
        <span className={classes('inline-flex items-center gap-1.5 font-semibold', tone)}>
          <StatusMark shape={shape} />
          {stateWords[check.state]}
          {check.state === 'ok' && check.tookMs !== null && (
            <span className="font-normal text-text-2 tabular-nums">{took(check.tookMs)}</span>
          )}
        </span>
        {/* Two lines from the start: the sentence that comes is longer than the one that stood here. */}
        <p className={classes('w-full text-text-2', check.state !== 'failed' && 'min-h-[3em] sm:min-h-[1.5em]')}>
          {check.fact ? visibleText(check.fact) : does}
        </p>
      </div>
      {check.advice && (
        <div className="grid gap-2">
          <p>
            <b className="font-semibold">Likely cause:</b> {check.advice.cause}
          </p>
          <CopyLine text={check.advice.command} what={`command for ${title}`} />
          <Button className="justify-self-start" onClick={onAgain} aria-label={`Check ${title} again`}>
            Check again
          </Button>
        </div>
      )}
    </li>
  );
}

/** Most looks take less than what a duration of builds is rounded to. */
function took(ms: number): string {
  return ms < 1000 ? `${ms} ms` : formatDuration(ms);
}
