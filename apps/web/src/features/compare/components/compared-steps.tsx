import type { BuildSummary, Comparison, StepCache } from '@cooperage/contracts';
import { isBaseStep } from '@cooperage/domain/predicates';
import { Card } from '@/components/ui/card';
import { Link } from '@/components/ui/link';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { StepsLeft } from '@/features/builds/components/steps-left';
import { shownOf } from '@/features/builds/model/shown-steps';
import { buildPath } from '@/lib/address/paths';
import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { visibleStart, visibleText } from '@/lib/format/names';
import { stepsSentence, stepWords } from '../model/step-words';

type StepPair = Comparison['steps'][number];
type Side = StepPair['a'];

export interface ComparedStepsProps {
  readonly steps: Comparison['steps'];
  readonly a: BuildSummary;
  readonly b: BuildSummary;
  /** What is recorded of why steps of the later one ran, by ordinal. */
  readonly cache: ReadonlyMap<number, StepCache>;
}

/** The steps of both builds side by side; each time leads to its lines in the log of its build. */
export function ComparedSteps({ steps, a, b, cache }: ComparedStepsProps) {
  if (steps.length === 0) {
    return (
      <Card title="Steps">
        <p className="px-3 py-2.5 text-text-2">Neither build has reached a step.</p>
      </Card>
    );
  }
  const { shown, left } = shownOf(steps, ({ change }) => change !== 'same');
  const head = (
    <>
      <Th>Step</Th>
      <Th>Change</Th>
      <Th right>#{a.number}</Th>
      <Th right>#{b.number}</Th>
    </>
  );
  return (
    <Card title="Steps" aside={stepsSentence(steps)}>
      <Table label="Steps" head={head}>
        {steps
          .filter((pair) => shown.has(pair))
          .map((pair) => (
            <Row
              key={`${pair.a?.ordinal} ${pair.b?.ordinal}`}
              pair={pair}
              a={a}
              b={b}
              words={stepWords(pair, pair.b ? cache.get(pair.b.ordinal) : undefined, a.number)}
            />
          ))}
      </Table>
      <StepsLeft left={left} />
    </Card>
  );
}

const tones: Readonly<Record<StepPair['change'], string>> = {
  lost_cache: 'text-text font-semibold',
  slower: 'text-text font-semibold',
  added: 'text-text',
  gone: 'text-text-2',
  gained_cache: 'text-text-2',
  faster: 'text-text-2',
  same: 'text-text-3',
};

interface RowProps {
  readonly pair: StepPair;
  readonly a: BuildSummary;
  readonly b: BuildSummary;
  readonly words: string;
}

function Row({ pair, a, b, words }: RowProps) {
  const step = pair.b ?? pair.a;
  return (
    <tr className={rowClass}>
      <Td className="w-1/2 max-w-0 min-w-28">
        <code
          className={classes('block truncate', pair.change === 'gone' && 'text-text-3 line-through')}
          title={visibleStart(step?.title ?? '')}
        >
          {visibleStart(step?.title ?? '')}
        </code>
        {step?.stage && <span className="text-xs text-text-3">{visibleText(step.stage)}</span>}
      </Td>
      <Td className={classes('min-w-24 wrap-anywhere', tones[pair.change])}>{words}</Td>
      <Td right className="whitespace-nowrap">
        <Time side={pair.a} build={a} />
      </Td>
      <Td right className="whitespace-nowrap">
        <Time side={pair.b} build={b} />
      </Td>
    </tr>
  );
}

function Time({ side, build }: { side: Side; build: BuildSummary }) {
  if (side === null) return <span className="text-text-3">–</span>;
  if (isBaseStep(side.title)) return <span className="text-text-3">base image</span>;
  const words = side.cached ? 'reused' : side.ms === null ? 'not ended' : formatDuration(side.ms);
  return (
    <Link href={`${buildPath(build)}?view=log#s${side.ordinal}`} data-row className="hover:underline">
      {side.cached && <span aria-hidden className="hatched mr-1 inline-block h-2 w-4 rounded-sm" />}
      {words}
    </Link>
  );
}
