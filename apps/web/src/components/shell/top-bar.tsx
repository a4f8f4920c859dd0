import { Fragment } from 'react';
import { Link } from '@/components/ui/link';
import { loadMe } from '@/features/account/api/load-me';
import { visibleText } from '@/lib/format/names';
import { AccountMenu } from './account-menu';
import { CopyCurl } from './copy-curl';
import { LiveDot } from './live-dot';

export interface Crumb {
  readonly label: string;
  /** Missing for the page itself. */
  readonly href?: string;
}

/** Top of each page: where one is, how data arrives, the page as a command, the account. */
export async function TopBar({ crumbs, curl }: { crumbs: readonly Crumb[]; curl?: string }) {
  const me = await loadMe();
  return (
    <div className="sticky top-0 z-10 flex min-h-11 items-center gap-2.5 border-b border-line bg-bg px-3 text-text-2 sm:px-5.5">
      <nav aria-label="Place" className="flex min-w-0 flex-1 items-center gap-1.5">
        {crumbs.map((crumb, index) => (
          <Fragment key={`${index} ${crumb.label}`}>
            {index > 0 && <span aria-hidden>/</span>}
            {crumb.href ? (
              <Link href={crumb.href} className="min-w-0 truncate hover:text-text hover:underline">
                {visibleText(crumb.label)}
              </Link>
            ) : (
              <b aria-current="page" className="min-w-0 truncate font-semibold text-text">
                {visibleText(crumb.label)}
              </b>
            )}
          </Fragment>
        ))}
      </nav>
      <LiveDot />
      {curl && <CopyCurl path={curl} />}
      {me.ok && <AccountMenu me={me.value} />}
    </div>
  );
}
