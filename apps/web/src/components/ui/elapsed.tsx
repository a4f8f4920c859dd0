'use client';

import { formatTicking } from '@/lib/format/duration';
import { useNow } from '@/lib/time/clock';

/** A span that has not ended: ticks once a second. `before` is in milliseconds and has passed already. */
export function Elapsed({ since, before = 0 }: { since: string; before?: number }) {
  const now = useNow(1000);
  return <span className="whitespace-nowrap tabular-nums">{formatTicking(before + now - Date.parse(since))}</span>;
}
