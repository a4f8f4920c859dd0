'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

/** Makes all links of the page, by `data-link`, change the page without loading its frame anew. */
export function useLinks(): void {
  const router = useRouter();
  useEffect(() => {
    const onClick = (event: MouseEvent): void => {
      const link = linkOf(event);
      if (!link) return;
      event.preventDefault();
      link.closest<HTMLElement>('[popover]')?.hidePopover();
      router.push(link.href, { scroll: link.dataset.link === 'top' });
    };
    document.addEventListener('click', onClick);
    return () => document.removeEventListener('click', onClick);
  }, [router]);
}

/** What a plain click is on. Whoever holds a key wants a new tab or window, or the file. */
function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  return event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-link]') : null;
}
