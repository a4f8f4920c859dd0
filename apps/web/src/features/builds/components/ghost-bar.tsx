'use client';

import { classes } from '@/lib/classes';
import { useNow } from '@/lib/time/clock';
import { type GhostBar, ghostBar } from '../model/ghost-bar';

/** Widths are attributes of the drawing: inline styles are forbidden here. */
export function GhostBarDrawing({ bar }: { bar: GhostBar | null }) {
  if (!bar) return null;
  const width = (share: number): string => `${(share * 100).toFixed(1)}%`;
  return (
    <svg aria-hidden className="ml-auto block h-1.5 w-20 overflow-hidden rounded-full">
      <rect width={width(bar.usual)} height="6" rx="3" className="fill-line-strong opacity-60" />
      <rect
        y="1.5"
        width={width(bar.took)}
        height="3"
        rx="1.5"
        className={classes(bar.slow ? 'fill-wait' : 'fill-text-3')}
      />
    </svg>
  );
}

export function RunningGhostBar({ since, usualMs }: { since: string; usualMs: number }) {
  const now = useNow(1000);
  return <GhostBarDrawing bar={ghostBar(Math.max(0, now - Date.parse(since)), usualMs)} />;
}
