import { classes } from '@/lib/classes';

const fills = {
  plain: 'fill-text-3',
  bad: 'fill-bad',
  run: 'fill-run',
  reused: 'fill-[url(#hatch)]',
} as const;

/** A number as a length beside its words. Widths are attributes of the drawing: inline styles are forbidden here. */
export function Bar({
  share,
  look = 'plain',
  mark = null,
  className,
}: {
  share: number;
  look?: keyof typeof fills;
  /** Where what is usual ends, on the same scale. */
  mark?: number | null;
  className?: string;
}) {
  const width = Math.min(100, Math.max(share > 0 ? 2 : 0, share * 100));
  return (
    <svg aria-hidden className={classes('h-1.5 w-[92px] shrink-0 overflow-hidden rounded-full', className)}>
      <rect width="100%" height="6" rx="3" className="fill-sunken" />
      <rect width={`${width}%`} height="6" rx={look === 'reused' ? 0 : 3} className={fills[look]} />
      {mark !== null && <rect x={`${Math.min(98, mark * 100)}%`} width="2" height="6" className="fill-text" />}
    </svg>
  );
}

/** The texture of what was reused; once on each page. */
export function HatchPattern() {
  return (
    <svg aria-hidden className="absolute size-0">
      <defs>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2" height="5" className="fill-line-strong" />
        </pattern>
      </defs>
    </svg>
  );
}
