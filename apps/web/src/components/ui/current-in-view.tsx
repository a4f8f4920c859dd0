'use client';

import { useEffect, useRef } from 'react';

/** Where a phone has no room for all tabs, scrolls those beside it to the current one. `href` is that one's address. */
export function CurrentInView({ href }: { href: string | undefined }) {
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const tabs = element.current?.parentElement;
    const current = href === undefined ? null : tabs?.querySelector<HTMLElement>('[aria-current]');
    if (!tabs || !current) return;
    const { left, right } = current.getBoundingClientRect();
    const view = tabs.getBoundingClientRect();
    if (right > view.right) tabs.scrollLeft += right - view.right;
    if (left < view.left) tabs.scrollLeft += left - view.left;
  }, [href]);
  return <span ref={element} hidden />;
}
