import NextLink from 'next/link';
import type { ComponentProps } from 'react';

/**
 * A link inside the product. Nothing is fetched ahead: fifty rows would be fifty requests for pages that are mostly never
 * opened.
 */
export function Link(props: ComponentProps<typeof NextLink>) {
  return <NextLink prefetch={false} {...props} />;
}

/** Underlined, because colour alone would not tell it from the text around it. */
export const textLinkClass =
  'text-accent underline decoration-current/40 decoration-1 underline-offset-2 hover:decoration-current';

/** A link to an address that a stranger wrote. Only http and https become links; the rest stays text. */
export function OutsideLink({ href, children }: { href: string; children: React.ReactNode }) {
  if (!isWebAddress(href)) return <span>{children}</span>;
  return (
    <a href={href} rel="noopener noreferrer nofollow" target="_blank" className={textLinkClass}>
      {children}
    </a>
  );
}

function isWebAddress(href: string): boolean {
  return URL.canParse(href) && /^https?:$/.test(new URL(href).protocol);
}
