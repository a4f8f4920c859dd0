import type { ReactNode } from 'react';
import { Link } from '@/components/ui/link';

export interface StepLinkProps {
  readonly ordinal: number;
  /** Address of the log; null when it is on this page already, so that the browser only moves to it. */
  readonly logAddress: string | null;
  readonly className?: string;
  readonly children: ReactNode;
}

/** To the lines of a step in the log. */
export function StepLink({ ordinal, logAddress, className, children }: StepLinkProps) {
  const hash = `#s${ordinal}`;
  if (logAddress === null) {
    return (
      <a href={hash} data-row className={className}>
        {children}
      </a>
    );
  }
  return (
    <Link href={`${logAddress}${hash}`} scroll={false} data-row className={className}>
      {children}
    </Link>
  );
}
