import { Key } from '@/components/ui/button';
import { classes } from '@/lib/classes';
import { type NavigationKey, navigationKeys } from '@/lib/keys/keys-of-pages';
import { MoreIcon, PageIcon } from './icons';
import { RailEntry } from './rail-entry';

/** As many as a phone has room for beside "More". */
const onPhone = 4;
const entry =
  'flex min-h-6 items-center gap-2.5 rounded px-2 py-1.5 text-text-2 hover:text-text aria-[current=page]:bg-surface aria-[current=page]:text-text aria-[current=page]:shadow-[0_0_0_1px_var(--line)]';
const stacked = 'flex-col gap-0.5! sm:flex-row sm:justify-center sm:gap-2.5! lg:justify-start';

export function RailLinks() {
  return (
    <ul className="flex justify-around gap-0.5 sm:block sm:space-y-0.5">
      {navigationKeys.map((page, index) => (
        <li key={page.href} className={classes(index >= onPhone && 'hidden sm:block')}>
          <RailLink page={page} />
        </li>
      ))}
      {navigationKeys.length > onPhone && (
        <li className="sm:hidden">
          <More pages={navigationKeys.slice(onPhone)} />
        </li>
      )}
    </ul>
  );
}

function RailLink({ page: { href, label, keys } }: { page: NavigationKey }) {
  return (
    <RailEntry
      href={href}
      data-go={keys.join(' ')}
      title={`${label}, keys ${keys.join(' ')}`}
      className={classes(entry, stacked)}
    >
      <PageIcon href={href} />
      <span className="text-[11px] sm:sr-only lg:not-sr-only lg:flex-1 lg:text-base">{label}</span>
      <span className="hidden lg:inline">
        <Key>{keys.join(' ')}</Key>
      </span>
    </RailEntry>
  );
}

/** The rest of the pages, above the bar. In the top layer, so that nothing clips it. */
function More({ pages }: { pages: readonly NavigationKey[] }) {
  return (
    <>
      <button type="button" popoverTarget="more-pages" className={classes(entry, stacked)}>
        <MoreIcon />
        <span className="text-[11px]">More</span>
      </button>
      <div
        id="more-pages"
        popover="auto"
        className="fixed inset-auto right-2 bottom-14 m-0 w-48 rounded border border-line-strong bg-surface p-2 shadow-xl"
      >
        <ul>
          {pages.map(({ href, label }) => (
            <li key={href}>
              <RailEntry href={href} className={classes(entry, 'min-h-9')}>
                <PageIcon href={href} />
                {label}
              </RailEntry>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
