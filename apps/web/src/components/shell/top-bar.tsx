import { headers } from 'next/headers';
import { loadMe } from '@/features/account/api/load-me';
import { SessionOverlay } from '@/features/account/components/session-overlay';
import { requestedPathHeader } from '@/lib/address/requested-path';
import { AccountMenu } from './account-menu';
import { BuildNeighbours } from './build-neighbours';
import { CopyCurl } from './copy-curl';
import { CopyPageLink } from './copy-page-link';
import { type Crumb, Crumbs } from './crumbs';
import { LiveDot } from './live-dot';
import { PaletteField } from './palette-field';

/** Top of each page: where one is, the way to anything else, how data arrives, the page as link and command, the account. */
export async function TopBar({ crumbs, curl }: { crumbs: readonly Crumb[]; curl?: string }) {
  const [me, incoming] = await Promise.all([loadMe(), headers()]);
  const path = incoming.get(requestedPathHeader) ?? '/';
  return (
    <header className="sticky top-0 z-10 flex min-h-11 items-center gap-2 border-b border-line bg-bg px-3 text-text-2 sm:px-5.5">
      <Crumbs crumbs={crumbs} path={path} />
      <LiveDot />
      <BuildNeighbours path={path} />
      <CopyPageLink />
      {curl && <CopyCurl path={curl} />}
      <PaletteField isMac={incoming.get('user-agent')?.includes('Mac OS X') ?? false} />
      {me.ok && <AccountMenu me={me.value} />}
      {me.ok && <SessionOverlay email={me.value.email} />}
    </header>
  );
}
