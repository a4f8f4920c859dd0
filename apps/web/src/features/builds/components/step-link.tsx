import type { ReactNode } from 'react';
import { Link } from '@/components/ui/link';

export interface StepLinkProps {
  /** An address that begins with `#` is on this page already: the browser only moves to it. */
  readonly href: string;
  /** The step did work of its own: `n` and `p` stop at it. */
  readonly ran?: boolean;
  /** One of those that `j` and `k` walk. */
  readonly row?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** To the lines of a step, in the log or in the Dockerfile. */
export function StepLink({ href, ran = false, row = true, className, children }: StepLinkProps) {
  const marks = { 'data-row': row || undefined, 'data-ran': ran || undefined, className };
  if (href.startsWith('#')) {
    return (
      <a href={href} {...marks}>
        {children}
      </a>
    );
  }
  return (
    <Link href={href} scroll={false} {...marks}>
      {children}
    </Link>
  );
}
