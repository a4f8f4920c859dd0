import type { Hit } from '../model/log-search';
import { type Layout, offsetOf } from '../model/log-window';
import type { ShownRows } from '../model/shown-rows';

/** Places along the scroll bar that are told apart. */
const places = 400;

interface HitMarksProps {
  readonly layout: Layout;
  readonly rows: ShownRows;
  readonly hits: readonly Hit[];
  readonly current: Hit | null;
}

/** Where along the log the lines are that were found. */
export function HitMarks({ layout, rows, hits, current }: HitMarksProps) {
  const placeOf = ([step, line]: Hit): number => {
    const offset = offsetOf(layout, step, rows.rowOf(step, line - 1)) ?? 0;
    return Math.round((offset / Math.max(1, layout.height)) * places);
  };
  const marked = [...new Set(hits.map(placeOf))];
  return (
    <svg
      aria-hidden
      viewBox={`0 0 4 ${places}`}
      preserveAspectRatio="none"
      className="pointer-events-none absolute top-0 right-0 z-1 h-full w-1.5"
    >
      {marked.map((place) => (
        <rect key={place} x="0" y={place} width="4" height="1.5" className="fill-wait" />
      ))}
      {current && <rect x="0" y={placeOf(current)} width="4" height="4" className="fill-accent" />}
    </svg>
  );
}
