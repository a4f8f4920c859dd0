'use client';

import { usePathname } from 'next/navigation';
import { useRef } from 'react';
import { Key } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { classes } from '@/lib/classes';
import { type NavigationKey, navigationKeys } from '@/lib/keys/key-map';
import { MoreIcon, pageIcons } from './icons';

/** Which entry of the rail an address belongs to. A build belongs to the builds, the rest of a project to the projects. */
function railEntry(pathname: string): string {
  if (/^\/p\/[^/]+\/[^/]+\/b\//.test(pathname)) return '/builds';
  if (pathname.startsWith('/p/')) return '/projects';
  return `/${pathname.split('/')[1] ?? ''}`;
}

/** As many as a phone has room for beside "More". */
const onPhone = 4;
const entry =
  'flex min-h-6 items-center gap-2.5 rounded px-2 py-1.5 text-text-2 hover:text-text aria-[current=page]:bg-surface aria-[current=page]:text-text aria-[current=page]:shadow-[0_0_0_1px_var(--line)]';
const stacked = 'flex-col gap-0.5! sm:flex-row sm:justify-center sm:gap-2.5! lg:justify-start';

export function RailLinks() {
  const current = railEntry(usePathname());
  return (
    <ul className="flex justify-around gap-0.5 sm:block sm:space-y-0.5">
      {navigationKeys.map((page, index) => (
        <li key={page.href} className={classes(index >= onPhone && 'hidden sm:block')}>
          <RailLink page={page} current={current} />
        </li>
      ))}
      {navigationKeys.length > onPhone && (
        <li className="sm:hidden">
          <More pages={navigationKeys.slice(onPhone)} current={current} />
        </li>
      )}
    </ul>
  );
}

function RailLink({ page: { href, label, keys }, current }: { page: NavigationKey; current: string }) {
  return (
    <Link
      href={href}
      aria-current={href === current ? 'page' : undefined}
      title={`${label}, keys ${keys.join(' ')}`}
      className={classes(entry, stacked)}
    >
      {pageIcons[href]}
      <span className="text-[11px] sm:sr-only lg:not-sr-only lg:flex-1 lg:text-base">{label}</span>
      <span className="hidden lg:inline">
        <Key>{keys.join(' ')}</Key>
      </span>
    </Link>
  );
}

/** The rest of the pages, above the bar. In the top layer, so that nothing clips it. */
function More({ pages, current }: { pages: readonly NavigationKey[]; current: string }) {
  const menu = useRef<HTMLDivElement>(null);
  return (
    <>
      <button
        type="button"
        popoverTarget="more-pages"
        className={classes(entry, stacked)}
        data-here={pages.some(({ href }) => href === current) || undefined}
      >
        <MoreIcon />
        <span className="text-[11px]">More</span>
      </button>
      <div
        ref={menu}
        id="more-pages"
        popover="auto"
        className="fixed inset-auto right-2 bottom-14 m-0 w-48 rounded border border-line-strong bg-surface p-2 shadow-xl"
      >
        <ul>
          {pages.map(({ href, label }) => (
            <li key={href}>
              <Link
                href={href}
                aria-current={href === current ? 'page' : undefined}
                className={classes(entry, 'min-h-9')}
                onClick={() => menu.current?.hidePopover()}
              >
                {pageIcons[href]}
                {label}
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
