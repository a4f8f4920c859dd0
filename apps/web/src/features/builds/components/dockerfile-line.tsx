import type { Build, Failure } from '@cooperage/contracts';
import { Link } from '@/components/ui/link';
import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import type { DockerfileLine as LineModel } from '../model/dockerfile-lines';
import { moreWords } from '../model/long-lines';
import { fileLineId } from '../model/step-address';
import { EvidenceLines } from './evidence-lines';
import { FailingLine } from './failing-line';

const pieceLooks = { instruction: 'font-semibold text-accent', comment: 'text-text-3 italic', text: '' } as const;

export interface DockerfileLineProps {
  readonly line: LineModel;
  /** Set on the last line of the instruction that failed. */
  readonly failure: Failure | null;
  /** Whether the instruction that failed begins here. */
  readonly first: boolean;
  /** What the builder found questionable here. */
  readonly notes: Build['warnings'];
  /** What its syntax directive came to; null on all other lines. */
  readonly resolved: string | null;
}

export function DockerfileLine({ line, failure, first, notes, resolved }: DockerfileLineProps) {
  const content = (
    <>
      <div className={classes('grid w-max min-w-full grid-cols-[3.75rem_5.5rem_1fr] pr-3', line.failed && 'bg-bad-bg')}>
        <span className="pr-3 text-right text-text-3 select-none">{line.number}</span>
        <span className="pr-4 text-right text-text-3 select-none">{line.step && <StepNote step={line.step} />}</span>
        <code className="code-row">
          {line.pieces.map((piece, index) => (
            <span key={`${index} ${piece.kind}`} className={pieceLooks[piece.kind]}>
              {visibleText(piece.text.replaceAll('\t', '    '))}
            </span>
          ))}
          {line.more > 0 && <span className="text-text-3 select-none">{moreWords(line.more)}</span>}
        </code>
      </div>
      {failure && <InlineFailure failure={failure} />}
      {resolved && !failure && (
        <p className="border-y border-line bg-sunken px-3 py-1 font-sans text-sm text-text-2">{resolved}</p>
      )}
      {notes.map((note, index) => (
        <p
          key={`${index} ${note.rule}`}
          className="border-y border-line bg-sunken px-3 py-1 font-sans text-sm text-text-2"
        >
          <b className="font-semibold">{visibleText(note.rule)}</b> {visibleText(note.message)}
        </p>
      ))}
    </>
  );
  const id = fileLineId(line.number);
  if (first) return <FailingLine id={id}>{content}</FailingLine>;
  return (
    <li id={id} className="scroll-my-24 target:bg-accent-bg target:shadow-[inset_3px_0_var(--accent)]">
      {content}
    </li>
  );
}

/** The failure at its line, with what the step printed of why. */
function InlineFailure({ failure }: { failure: Failure }) {
  return (
    <div className="border-y border-bad bg-bad-bg px-3 py-1.5">
      <p className="font-sans text-sm text-bad">
        {failure.code}: {visibleText(failure.message)}
      </p>
      {failure.evidence?.source === 'log' && <EvidenceLines failure={failure} logAddress="?view=log" />}
    </div>
  );
}

/** To the lines that the step printed. */
function StepNote({ step }: { step: NonNullable<LineModel['step']> }) {
  const reused = step.state === 'reused';
  return (
    <Link
      href={`?view=log#s${step.ordinal}`}
      data-row
      className="inline-flex min-h-7 items-center gap-1.5 hover:underline"
      aria-label={`Log of this step, ${reused ? 'reused' : step.ms === null ? step.state : formatDuration(step.ms)}`}
    >
      {reused && <span aria-hidden className="hatched h-2 w-4 rounded-sm" />}
      {reused ? 'reused' : step.ms !== null && formatDuration(step.ms)}
    </Link>
  );
}
