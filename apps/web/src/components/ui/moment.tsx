'use client';

import { useEffect, useRef, useState } from 'react';
import { classes } from '@/lib/classes';
import { formatRelative, formatUtc } from '@/lib/format/relative-time';
import { usePreference } from '@/lib/preferences/use-preference';
import { useNow } from '@/lib/time/clock';

interface MomentProps {
  /** RFC 3339. */
  readonly at: string;
  /** At the end of a sentence, where nothing stands beside it. Elsewhere its place is as wide as what it may come to say. */
  readonly flowing?: boolean;
}

/**
 * A moment: relative, or exact where the reader wants that. The exact one, in the reader's zone and in UTC, is its title;
 * `TimeHint` shows it to those who come by keyboard: to the moment itself, or in a list to its row.
 */
export function Moment({ at, flowing = false }: MomentProps) {
  const now = useNow(15_000);
  const times = usePreference('times');
  const element = useRef<HTMLTimeElement>(null);
  const atMs = Date.parse(at);
  const [local, setLocal] = useState<string | null>(null);
  const [alone, setAlone] = useState(false);
  useEffect(() => {
    setLocal(new Date(atMs).toLocaleString());
    setAlone(element.current?.closest('tr, a, button, [data-row]') === null);
  }, [atMs]);
  const utc = formatUtc(atMs);
  const shown = times === 'relative' ? formatRelative(atMs, now) : times === 'local' ? (local ?? utc) : utc;
  return (
    <time
      ref={element}
      dateTime={at}
      title={local === null ? utc : `${local} · ${utc}`}
      tabIndex={alone ? 0 : undefined}
      className={classes('whitespace-nowrap tabular-nums', !flowing && 'inline-block min-w-[6.5em]')}
    >
      {shown}
    </time>
  );
}
