import type { Step } from '@cooperage/contracts';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { classes } from '@/lib/classes';
import { formatDuration, formatOffset } from '@/lib/format/duration';
import { visibleStart } from '@/lib/format/names';
import { shownOf } from '../model/shown-steps';
import { type Timeline, type TimelineRow, timelineOf, type WorkKind } from '../model/timeline';
import { StepLink } from './step-link';
import { StepsLeft } from './steps-left';

const kindWords: Readonly<Record<WorkKind, string>> = {
  base: 'base image',
  copy: 'copy',
  run: 'run',
  builder: 'builder’s own',
};

export interface TimelineViewProps {
  readonly steps: readonly Step[];
  readonly nowMs: number;
  readonly hrefOf: (step: Pick<Step, 'ordinal' | 'startLine'>) => string;
}

/** When each step ran and what ran beside it: the picture and its table are one. */
export function TimelineView({ steps, nowMs, hrefOf }: TimelineViewProps) {
  const timeline = timelineOf(steps, nowMs);
  if (timeline.rows.length === 0) return <p className="px-3 py-6 text-text-2">No step has begun.</p>;
  const { shown, left } = shownOf(timeline.rows, ({ critical, failed }) => critical || failed);
  return (
    <>
      <p className="border-b border-line px-3 py-2 text-text-2">{sentence(timeline)}</p>
      <Table
        label="Timeline"
        head={
          <>
            <Th>Step</Th>
            <Th wide>Work</Th>
            <Th right>Begins</Th>
            <Th right>Took</Th>
            <Th className="w-1/3 min-w-24">From 0 to {formatDuration(timeline.totalMs)}</Th>
          </>
        }
      >
        {timeline.rows
          .filter((row) => shown.has(row))
          .map((row) => (
            <Row key={row.ordinal} row={row} totalMs={timeline.totalMs} href={hrefOf({ ...row, startLine: null })} />
          ))}
      </Table>
      <StepsLeft left={left} />
    </>
  );
}

function sentence({ rows, totalMs, criticalMs, widest }: Timeline): string {
  const count = rows.filter(({ critical }) => critical).length;
  const chain = count === 1 ? 'One step' : `${count} steps, one after the other,`;
  const beside = widest <= 1 ? 'nothing ran beside them' : `at most ${widest} ran at once`;
  return `${chain} took ${formatDuration(criticalMs)} of ${formatDuration(totalMs)}; ${beside}. They are marked: only a shorter one of them makes the build shorter.`;
}

function Row({ row, totalMs, href }: { row: TimelineRow; totalMs: number; href: string }) {
  return (
    <tr className={rowClass} data-critical={row.critical || undefined}>
      <Td className="w-2/5 max-w-0 min-w-32">
        <StepLink href={href} className="flex min-w-0 items-center gap-1.5">
          <span aria-hidden className={classes('w-2 shrink-0', row.critical ? 'text-accent' : 'text-transparent')}>
            ◆
          </span>
          <code className={classes('truncate', row.critical && 'font-semibold')} title={visibleStart(row.title)}>
            {visibleStart(row.title)}
          </code>
          {row.critical && <span className="sr-only">, on the critical path</span>}
        </StepLink>
      </Td>
      <Td wide className="whitespace-nowrap text-text-2">
        {kindWords[row.kind]}
        {row.cached && ', reused'}
        {row.failed && ', failed'}
      </Td>
      <Td right className="whitespace-nowrap text-text-2">
        +{formatOffset(row.startMs)}
      </Td>
      <Td right className="whitespace-nowrap">
        {formatDuration(row.endMs - row.startMs)}
      </Td>
      <Td>
        <Beam row={row} totalMs={totalMs} />
      </Td>
    </tr>
  );
}

/** Place and length are attributes of the drawing: inline styles are forbidden here. */
function Beam({ row, totalMs }: { row: TimelineRow; totalMs: number }) {
  const share = (ms: number): number => (totalMs === 0 ? 0 : (ms / totalMs) * 100);
  const width = Math.max(0.6, share(row.endMs - row.startMs));
  const fill = row.failed
    ? 'fill-bad'
    : row.cached
      ? 'fill-[url(#hatch)]'
      : row.critical
        ? 'fill-accent'
        : 'fill-text-3';
  return (
    <svg aria-hidden className="h-[10px] w-full overflow-hidden">
      <rect width="100%" y="4.5" height="1" className="fill-sunken" />
      <rect x={`${Math.min(99.4, share(row.startMs))}%`} width={`${width}%`} y="1" height="8" rx="2" className={fill} />
    </svg>
  );
}
