import { Link } from '@/components/ui/link';
import { Mark } from './mark';
import { RailLinks } from './rail-links';

/** Left of the page; icons only when the window is narrow, and along the bottom on a phone. */
export function Rail() {
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 border-t border-line bg-sunken px-2 py-1 sm:sticky sm:inset-x-auto sm:top-0 sm:h-dvh sm:w-14 sm:border-t-0 sm:border-r sm:px-2 sm:py-3.5 lg:w-49 lg:px-2.5"
    >
      <Link
        href="/"
        className="mb-3.5 hidden h-7 items-center justify-center gap-2.5 rounded px-2 py-0.5 font-semibold tracking-tight sm:flex lg:justify-start"
      >
        <Mark />
        <span className="sr-only lg:not-sr-only">Cooperage</span>
      </Link>
      <RailLinks />
    </nav>
  );
}
