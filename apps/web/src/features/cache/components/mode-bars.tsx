import type { ProjectCache } from '@cooperage/contracts';

const [width, rowHeight] = [320, 26];

/** Gain and cost of each mode side by side, by their length. The table beside it has the numbers. */
export function ModeBars({ numbers }: { numbers: ProjectCache['modes']['numbers'] }) {
  const most = Math.max(1, ...numbers.flatMap(({ gainMs, costMs }) => [gainMs ?? 0, costMs]));
  const lengthOf = (ms: number | null) => (Math.max(0, ms ?? 0) / most) * (width - 48);
  return (
    <svg
      viewBox={`0 0 ${width} ${numbers.length * rowHeight}`}
      className="w-full max-w-md"
      aria-hidden
      focusable="false"
    >
      {numbers.map(({ mode, gainMs, costMs }, row) => (
        <g key={mode} transform={`translate(0 ${row * rowHeight})`}>
          <text x={0} y={15} className="fill-text-2 text-xs">
            {mode}
          </text>
          <rect x={44} y={3} width={lengthOf(gainMs)} height={8} className="fill-text-2" />
          <rect x={44} y={12} width={lengthOf(costMs)} height={8} className="fill-line-strong" />
        </g>
      ))}
    </svg>
  );
}
