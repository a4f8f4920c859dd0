import type { ReactNode } from 'react';

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      className="size-4 shrink-0"
    >
      {children}
    </svg>
  );
}

/** One small drawing for each page of the rail. */
export const pageIcons: Readonly<Record<string, ReactNode>> = {
  '/': (
    <Icon>
      <path d="M2.5 8.5 8 3l5.5 5.5M4 7.5v5.5h8V7.5" />
    </Icon>
  ),
  '/projects': (
    <Icon>
      <path d="M2 4.5h4l1.5 1.5H14v7H2z" />
    </Icon>
  ),
  '/builds': (
    <Icon>
      <path d="M2.5 4h11M2.5 8h11M2.5 12h7" />
    </Icon>
  ),
  '/workers': (
    <Icon>
      <rect x="2.5" y="3" width="11" height="4" rx="1" />
      <rect x="2.5" y="9" width="11" height="4" rx="1" />
      <path d="M5 5h.01M5 11h.01" strokeLinecap="round" />
    </Icon>
  ),
  '/members': (
    <Icon>
      <circle cx="6" cy="5.5" r="2.5" />
      <path d="M1.5 13.5c.5-2.7 2.2-4 4.5-4s4 1.3 4.5 4M11 3.4a2.4 2.4 0 0 1 0 4.3M12 9.8c1.4.5 2.2 1.7 2.5 3.7" />
    </Icon>
  ),
  '/tokens': (
    <Icon>
      <circle cx="5" cy="8" r="2.5" />
      <path d="M7.5 8h6v2.5M11 8v2" />
    </Icon>
  ),
};
