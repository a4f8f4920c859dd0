import type { BuildStatus } from '@cooperage/domain/predicates';
import { classes } from '@/lib/classes';
import { type StatusShape, type StatusTone, statusLooks } from '../model/status';

const tones: Readonly<Record<StatusTone, string>> = {
  wait: 'text-wait',
  run: 'text-run',
  good: 'text-good',
  bad: 'text-bad',
  still: 'text-text-2',
};

export function Status({ status, className }: { status: BuildStatus; className?: string }) {
  const look = statusLooks[status];
  return (
    <span
      className={classes(
        'inline-flex items-center gap-1.5 font-semibold md:whitespace-nowrap',
        tones[look.tone],
        className,
      )}
    >
      <StatusMark shape={look.shape} />
      {look.word}
    </span>
  );
}

export function StatusMark({ shape, className }: { shape: StatusShape; className?: string }) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 14 14"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={classes('size-3.5 shrink-0', className)}
    >
      {drawings[shape]()}
    </svg>
  );
}

/**
 * Made anew for each mark: an element that a page holds twice is sent once, and the stream then holds its second place open
 * by an inline style, which the content policy forbids.
 */
const drawings: Readonly<Record<StatusShape, () => React.ReactNode>> = {
  ring: () => <circle cx="7" cy="7" r="4.6" />,
  part: () => (
    <>
      <circle cx="7" cy="7" r="4.6" className="opacity-25" />
      <path d="M7 2.4A4.6 4.6 0 0 1 11.6 7" className="turning [transform-box:view-box]" />
    </>
  ),
  tick: () => <path d="M2.5 7.5 5.5 10.5 11.5 3.5" />,
  cross: () => <path d="M3 3 11 11M11 3 3 11" />,
  dash: () => <path d="M3 7H11" />,
  clock: () => (
    <>
      <circle cx="7" cy="7" r="4.9" />
      <path d="M7 4.4V7l1.8 1.4" />
    </>
  ),
};
