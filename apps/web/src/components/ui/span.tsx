import { formatDuration } from '@/lib/format/duration';
import { Elapsed } from './elapsed';

/** How long something took, or has been taking until now. */
export function Span({ start, end }: { start: string | null; end: string | null }) {
  if (start === null) return <span className="text-text-3">–</span>;
  if (end === null) return <Elapsed since={start} />;
  return (
    <span className="whitespace-nowrap tabular-nums">
      {formatDuration(Math.max(0, Date.parse(end) - Date.parse(start)))}
    </span>
  );
}
