import { Link } from '@/components/ui/link';
import { loadMe } from '@/features/account/api/load-me';
import { classes } from '@/lib/classes';
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
          <CrumbItem
            key={`${index} ${crumb.label}`}
            crumb={crumb}
            slash={index === 0 ? 'none' : index < crumbs.length - 1 ? 'wide' : 'always'}
            inner={index < crumbs.length - 2}
          />
        ))}
      </nav>
      <LiveDot />
      {curl && <CopyCurl path={curl} />}
      {me.ok && <AccountMenu me={me.value} />}
    </div>
  );
}

interface CrumbItemProps {
  readonly crumb: Crumb;
  /** Whether a stroke stands before it; `wide` where that is so only beside a crumb that a phone leaves out. */
  readonly slash: 'none' | 'wide' | 'always';
  readonly inner: boolean;
}

/** A phone has room for the last two. */
function CrumbItem({ crumb, slash, inner }: CrumbItemProps) {
  return (
    <>
      {slash !== 'none' && (
        <span aria-hidden className={classes(slash === 'wide' && 'hidden sm:inline')}>
          /
        </span>
      )}
      {crumb.href ? (
        <Link
          href={crumb.href}
          className={classes('min-w-0 truncate hover:text-text hover:underline', inner && 'hidden sm:inline')}
        >
          {visibleText(crumb.label)}
        </Link>
      ) : (
        <b aria-current="page" className="min-w-0 truncate font-semibold text-text">
          {visibleText(crumb.label)}
        </b>
      )}
    </>
  );
}
