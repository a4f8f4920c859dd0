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

export function PageIcon({ href }: { href: string }) {
  return drawings[href]?.();
}

/**
 * One small drawing for each page of the rail. Made anew for each place: an element that a page holds twice is sent once, and
 * the stream then holds its second place open by an inline style, which the content policy forbids.
 */
const drawings: Readonly<Record<string, () => ReactNode>> = {
  '/': () => (
    <Icon>
      <path d="M2.5 8.5 8 3l5.5 5.5M4 7.5v5.5h8V7.5" />
    </Icon>
  ),
  '/projects': () => (
    <Icon>
      <path d="M2 4.5h4l1.5 1.5H14v7H2z" />
    </Icon>
  ),
  '/builds': () => (
    <Icon>
      <path d="M2.5 4h11M2.5 8h11M2.5 12h7" />
    </Icon>
  ),
  '/workers': () => (
    <Icon>
      <rect x="2.5" y="3" width="11" height="4" rx="1" />
      <rect x="2.5" y="9" width="11" height="4" rx="1" />
      <path d="M5 5h.01M5 11h.01" strokeLinecap="round" />
    </Icon>
  ),
  '/images': () => (
    <Icon>
      <path d="M8 2 14 5 8 8 2 5zM2.5 8 8 10.8 13.5 8M2.5 11 8 13.8 13.5 11" />
    </Icon>
  ),
  '/insights': () => (
    <Icon>
      <path d="M2.5 13.5h11M4 11V8M7 11V4.5M10 11V6.5M13 11V3" />
    </Icon>
  ),
  '/trust': () => (
    <Icon>
      <path d="M8 2 13 4v3.6c0 3-2 5-5 6.4-3-1.4-5-3.4-5-6.4V4zM5.8 8l1.6 1.6L10.5 6.5" />
    </Icon>
  ),
  '/webhooks': () => (
    <Icon>
      <path d="M2.5 8h8M7.5 4.5 11 8l-3.5 3.5M13.5 3v10" />
    </Icon>
  ),
  '/audit': () => (
    <Icon>
      <path d="M4 2.5h8v11H4zM6 5.5h4M6 8h4M6 10.5h2.5" />
    </Icon>
  ),
  '/settings': () => (
    <Icon>
      <path d="M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6" />
      <circle cx="10" cy="4.5" r="1.5" />
      <circle cx="6" cy="11.5" r="1.5" />
    </Icon>
  ),
};

export function MoreIcon() {
  return (
    <Icon>
      <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeLinecap="round" strokeWidth="2.4" />
    </Icon>
  );
}
