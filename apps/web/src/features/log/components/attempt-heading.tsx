import { headerHeight } from '../model/log-window';

/** Stands before the steps of an attempt, where the log is that of several. */
export function AttemptHeading({ top, children }: { top: number; children: string | undefined }) {
  return (
    <h3
      className="absolute left-0 w-max min-w-full bg-surface font-sans text-sm font-semibold"
      style={{ top, height: headerHeight }}
    >
      <span title={children} className="sticky left-0 block max-w-[100cqw] truncate px-3 leading-8">
        {children}
      </span>
    </h3>
  );
}
