import { classes } from '@/lib/classes';

export interface BarPart {
  readonly value: number;
  readonly look: 'good' | 'bad' | 'still' | 'reused';
}
export interface DayBar {
  readonly day: string;
  /** From the bottom up. */
  readonly parts: readonly BarPart[];
}

const fills = { good: 'fill-good', bad: 'fill-bad', still: 'fill-line-strong', reused: 'fill-text-3' } as const;
const height = 60;
/** So many columns have room at least: a few do not become walls. */
const fewestColumns = 14;

/** One column for each day. What it shows stands in a table and a sentence beside it, so it is hidden from readers. */
export function DayBars({ bars, className }: { bars: readonly DayBar[]; className?: string }) {
  const most = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${Math.max(bars.length, fewestColumns) * 10} ${height}`}
      preserveAspectRatio="none"
      className={classes('h-16 w-full', className)}
    >
      {bars.map(({ day, parts }, index) => {
        let below = 0;
        return (
          <g key={day}>
            <rect x={index * 10 + 1} y={height - 1} width="8" height="1" className="fill-line" />
            {parts.map(({ value, look }) => {
              const tall = (value / most) * height;
              below += tall;
              return (
                <rect
                  key={look}
                  x={index * 10 + 1}
                  y={height - below}
                  width="8"
                  height={tall}
                  className={fills[look]}
                />
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}
