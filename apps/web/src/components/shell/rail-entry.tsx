'use client';

import { usePathname } from 'next/navigation';
import { Link, type LinkProps } from '@/components/ui/link';

/** A link of the rail, which knows whether the page is its own. All else of the rail is drawn by the server. */
export function RailEntry(props: LinkProps) {
  const current = railEntry(usePathname());
  return <Link aria-current={props.href === current ? 'page' : undefined} {...props} />;
}

/** Which entry of the rail an address belongs to. A build belongs to the builds, the rest of a project to the projects. */
function railEntry(pathname: string): string {
  if (/^\/p\/[^/]+\/[^/]+\/b\//.test(pathname)) return '/builds';
  if (pathname.startsWith('/p/')) return '/projects';
  return `/${pathname.split('/')[1] ?? ''}`;
}
