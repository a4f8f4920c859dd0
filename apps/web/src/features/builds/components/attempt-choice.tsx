import type { Build } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { buildPath } from '@/lib/address/paths';
import { changeQuery, type PageQuery } from '@/lib/address/query';
import { attemptStateWords } from '../model/status';

interface AttemptChoiceProps {
  readonly build: Build;
  readonly query: PageQuery;
  /** Number of the only attempt that is shown; null for all. */
  readonly chosen: number | null;
}

/** Whose lines the log holds, where a build had several attempts. */
export function AttemptChoice({ build, query, chosen }: AttemptChoiceProps) {
  if (build.attempts.length < 2) return null;
  const item = (attempt: number | null, label: string) => (
    <Link
      key={label}
      href={changeQuery(buildPath(build), query, { view: 'log', attempt: attempt === null ? null : String(attempt) })}
      scroll={false}
      aria-current={attempt === chosen ? 'page' : undefined}
      className={`${textLinkClass} py-1 aria-[current=page]:font-semibold aria-[current=page]:text-text aria-[current=page]:no-underline`}
    >
      {label}
    </Link>
  );
  return (
    <nav
      aria-label="Attempts in the log"
      className="flex flex-wrap items-center gap-x-3 border-b border-line px-3 py-0.5 text-sm text-text-2"
    >
      <span>Log of</span>
      {item(null, 'all attempts')}
      {build.attempts.map(({ number, state }) => item(number, `attempt ${number} (${attemptStateWords[state]})`))}
    </nav>
  );
}
