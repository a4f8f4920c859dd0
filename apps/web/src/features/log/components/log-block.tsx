import { classes } from '@/lib/classes';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { holdsLine, type LineAddress } from '../model/line-address';
import type { StepLines } from '../model/log-document';
import { headerHeight, rowHeight, type VisibleBlock } from '../model/log-window';
import { LogLineRow } from './log-line';
import type { LogStep } from './log-panel';

export interface LogBlockProps {
  readonly visible: VisibleBlock;
  readonly lines: StepLines;
  readonly step: LogStep | undefined;
  readonly selection: LineAddress | null;
  readonly onFold: (ordinal: number) => void;
  readonly onPick: (step: number, line: number, extend: boolean) => void;
}

/** A step's lines under its header, which stays on screen for as long as one of its lines is. */
export function LogBlock({ visible, lines, step, selection, onFold, onPick }: LogBlockProps) {
  const { block, from, to } = visible;
  const title = step?.name ?? (block.ordinal === 0 ? 'The build as a whole' : `Step ${block.ordinal}`);
  return (
    <section
      aria-label={`${visibleText(title)}, ${block.rows} lines`}
      className="absolute left-0 w-max min-w-full"
      style={{ top: block.top, height: block.height }}
    >
      <button
        type="button"
        aria-expanded={!block.folded}
        onClick={() => onFold(block.ordinal)}
        style={{ height: headerHeight }}
        className="sticky top-0 z-1 flex w-full items-center border-y border-line bg-sunken text-left font-sans text-sm text-text-2"
      >
        <span className="sticky left-0 flex max-w-[min(100cqw,60rem)] items-center gap-2 px-3">
          <span aria-hidden className={classes('w-3', step?.failed && 'text-bad')}>
            {block.folded ? '▸' : '▾'}
          </span>
          <span className={classes('truncate font-medium', step?.failed && 'text-bad')}>{visibleText(title)}</span>
          <span className="shrink-0 text-text-3 tabular-nums">
            {block.rows} {block.rows === 1 ? 'line' : 'lines'}
            {step && step.ms !== null && ` · ${formatDuration(step.ms)}`}
          </span>
        </span>
      </button>
      <div className="absolute w-max min-w-full" style={{ top: headerHeight + from * rowHeight }}>
        {Array.from({ length: to - from }, (_, index) => {
          const number = from + index + 1;
          const line = lines.line(number - 1);
          return (
            line && (
              <LogLineRow
                key={number}
                line={line}
                step={block.ordinal}
                number={number}
                selected={holdsLine(selection, block.ordinal, number)}
                onPick={onPick}
              />
            )
          );
        })}
      </div>
    </section>
  );
}
