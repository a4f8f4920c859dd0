'use client';

import { useEffect, useState } from 'react';
import { formatRelative, formatUtc } from '@/lib/format/relative-time';
import { useNow } from '@/lib/time/clock';

/** A moment, relative, with the exact one at hand: in the reader's own zone and in UTC. */
export function Moment({ at }: { at: string }) {
  const now = useNow(15_000);
  const atMs = Date.parse(at);
  const [exact, setExact] = useState(() => formatUtc(atMs));
  useEffect(() => {
    setExact(`${new Date(atMs).toLocaleString()} · ${formatUtc(atMs)}`);
  }, [atMs]);
  return (
    <time dateTime={at} title={exact} className="whitespace-nowrap tabular-nums">
      {formatRelative(atMs, now)}
    </time>
  );
}
