import type { ComponentProps, ReactNode } from 'react';

export interface LinkProps extends ComponentProps<'a'> {
  readonly href: string;
  /** Whether the new page begins at its top; true by default. */
  readonly scroll?: boolean;
}

/**
 * A link inside the product. The page is changed without loading its frame anew, by `useLinks`; before that is alive, and for
 * a new tab, it is a link as any other. Nothing is fetched ahead: fifty rows would be fifty requests for pages that are mostly
 * never opened. The framework's own link does this too, and is as heavy as all keys and the palette's field together.
 */
export function Link({ scroll = true, ...rest }: LinkProps) {
  return <a data-link={scroll ? 'top' : 'stay'} {...rest} />;
}

/** Underlined, because colour alone would not tell it from the text around it. */
export const textLinkClass =
  'text-accent underline decoration-current/40 decoration-1 underline-offset-2 hover:decoration-current';

/** A link to an address that a stranger wrote. Only http and https become links; the rest stays text. */
export function OutsideLink({ href, children }: { href: string; children: ReactNode }) {
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
