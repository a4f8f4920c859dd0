import type { Failure, Step } from '@cooperage/contracts';
import { Link } from '@/components/ui/link';
import { ProblemPanel } from '@/components/ui/states';
import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { loadDockerfile } from '../api/load-build';
import { type DockerfileLine, dockerfileLines } from '../model/dockerfile-lines';
import { FailingLine } from './failing-line';

export interface DockerfileViewProps {
  readonly buildId: string;
  readonly attempt: number;
  readonly steps: readonly Step[];
  readonly failure: Failure | null;
  readonly buildIsOver: boolean;
}

/** The file as it was at this commit, beside what became of each line. */
export async function DockerfileView({ buildId, attempt, steps, failure, buildIsOver }: DockerfileViewProps) {
  const dockerfile = await loadDockerfile(buildId, attempt);
  if (!dockerfile.ok && dockerfile.problem.status === 404) {
    return <p className="px-3 py-4 text-text-2">No Dockerfile was read in this attempt.</p>;
  }
  if (!dockerfile.ok) return <ProblemPanel problem={dockerfile.problem} what="The Dockerfile" />;
  const place = failure?.place;
  const failedLines = place?.line ? { from: place.line, to: place.endLine ?? place.line } : null;
  const lines = dockerfileLines(dockerfile.value.text, steps, failedLines, buildIsOver);
  return (
    <div className="overflow-x-auto pb-2 code-font text-[12.5px] leading-5">
      <p className="border-b border-line px-3 py-1.5 font-sans text-sm text-text-2">
        <code>{visibleText(dockerfile.value.path)}</code>
      </p>
      <ol>
        {lines.map((line) => (
          <Line
            key={line.number}
            line={line}
            failure={line.number === failedLines?.to ? failure : null}
            first={line.number === failedLines?.from}
          />
        ))}
      </ol>
    </div>
  );
}

const pieceLooks = { instruction: 'font-semibold text-accent', comment: 'text-text-3 italic', text: '' } as const;

interface LineProps {
  readonly line: DockerfileLine;
  /** Set on the last line of the instruction that failed. */
  readonly failure: Failure | null;
  /** Whether the instruction that failed begins here. */
  readonly first: boolean;
}

function Line({ line, failure, first }: LineProps) {
  const content = (
    <>
      <div className={classes('grid w-max min-w-full grid-cols-[3rem_5.5rem_1fr] pr-3', line.failed && 'bg-bad-bg')}>
        <span className="pr-3 text-right text-text-3 select-none">{line.number}</span>
        <span className="pr-4 text-right text-text-3 select-none">{line.step && <StepNote step={line.step} />}</span>
        <code className="code-row">
          {line.pieces.map((piece, index) => (
            <span key={`${index} ${piece.kind}`} className={pieceLooks[piece.kind]}>
              {visibleText(piece.text.replaceAll('\t', '    '))}
            </span>
          ))}
        </code>
      </div>
      {failure && (
        <p className="border-y border-bad bg-bad-bg px-3 py-1.5 font-sans text-sm text-bad">
          {failure.code}: {visibleText(failure.message)}
        </p>
      )}
    </>
  );
  return first ? <FailingLine>{content}</FailingLine> : <li>{content}</li>;
}

function StepNote({ step }: { step: NonNullable<DockerfileLine['step']> }) {
  const reused = step.state === 'reused';
  return (
    <Link href={`?view=log#s${step.ordinal}`} className="inline-flex items-center gap-1.5 hover:underline">
      {reused && <span aria-hidden className="hatched h-2 w-4 rounded-sm" />}
      {reused ? 'reused' : step.ms !== null && formatDuration(step.ms)}
    </Link>
  );
}
