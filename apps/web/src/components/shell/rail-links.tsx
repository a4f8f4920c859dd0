'use client';

import { usePathname } from 'next/navigation';
import { Key } from '@/components/ui/button';
import { Link } from '@/components/ui/link';
import { navigationKeys } from '@/lib/keys/key-map';
import { pageIcons } from './icons';

/** Which entry of the rail an address belongs to. A build belongs to the builds, the rest of a project to the projects. */
function railEntry(pathname: string): string {
  if (/^\/p\/[^/]+\/[^/]+\/b\//.test(pathname)) return '/builds';
  if (pathname.startsWith('/p/')) return '/projects';
  return `/${pathname.split('/')[1] ?? ''}`;
}

export function RailLinks() {
  const current = railEntry(usePathname());
  return (
    <ul className="flex justify-around gap-0.5 sm:block sm:space-y-0.5">
      {navigationKeys.map(({ href, label, keys }) => (
        <li key={href}>
          <Link
            href={href}
            aria-current={href === current ? 'page' : undefined}
            title={label}
            className="flex flex-col items-center gap-0.5 rounded px-2 py-1.5 text-text-2 hover:text-text aria-[current=page]:bg-surface aria-[current=page]:text-text aria-[current=page]:shadow-[0_0_0_1px_var(--line)] sm:flex-row sm:justify-center sm:gap-2.5 lg:justify-start"
          >
            {pageIcons[href]}
            <span className="text-[11px] sm:sr-only lg:not-sr-only lg:flex-1 lg:text-base">{label}</span>
            <span className="hidden lg:inline">
              <Key>{keys.join(' ')}</Key>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
