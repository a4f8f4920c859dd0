'use client';

import { formatTicking } from '@/lib/format/duration';
import { useNow } from '@/lib/time/clock';

/**
 * A span that has not ended: ticks once a second. `before` is in milliseconds and has passed already. Its place is as wide as the
 * longest of what it may come to say, so that it moves nothing beside it.
 */
export function Elapsed({ since, before = 0 }: { since: string; before?: number }) {
  const now = useNow(1000);
  return (
    <span className="inline-block min-w-[6em] whitespace-nowrap tabular-nums">
      {formatTicking(before + now - Date.parse(since))}
    </span>
  );
}
