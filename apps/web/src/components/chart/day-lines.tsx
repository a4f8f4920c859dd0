export interface DayLine {
  readonly look: 'middle' | 'edge';
  /** Null on a day without a value: the line has a gap there. */
  readonly values: readonly (number | null)[];
}

const width = 300;
const height = 60;
const strokes = { middle: 'stroke-run', edge: 'stroke-text-3 [stroke-dasharray:3_2]' } as const;
const fills = { middle: 'fill-run', edge: 'fill-text-3' } as const;

interface DayLinesProps {
  readonly lines: readonly DayLine[];
  /** Index of the day from which on it is otherwise. */
  readonly mark?: number;
}

/** Values over days as lines. What it shows stands in a table and a sentence beside it, so it is hidden from readers. */
export function DayLines({ lines, mark }: DayLinesProps) {
  const days = Math.max(1, ...lines.map(({ values }) => values.length));
  const most = Math.max(1, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const x = (index: number): number => ((index + 0.5) * width) / days;
  const y = (value: number): number => height - 3 - (value / most) * (height - 6);
  return (
    <svg aria-hidden viewBox={`0 0 ${width} ${height}`} className="h-auto w-full max-w-2xl">
      <path d={`M0 ${height - 1}H${width}`} className="stroke-line" />
      {mark !== undefined && mark >= 0 && (
        <path d={`M${((mark * width) / days).toFixed(1)} 0V${height}`} className="stroke-wait [stroke-dasharray:1_2]" />
      )}
      {lines.map(({ look, values }) => (
        <g key={look}>
          <path d={pathOf(values, x, y)} fill="none" strokeWidth="1.2" className={strokes[look]} />
          {values.map(
            (value, index) =>
              value !== null && <circle key={index} cx={x(index)} cy={y(value)} r="1.4" className={fills[look]} />,
          )}
        </g>
      ))}
    </svg>
  );
}

function pathOf(values: readonly (number | null)[], x: (at: number) => number, y: (value: number) => number): string {
  return values
    .map((value, index) => {
      if (value === null) return '';
      const begins = index === 0 || values[index - 1] === null;
      return `${begins ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join('');
}
