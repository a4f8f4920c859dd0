'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { Moment } from './moment';

export interface KeepLastProps {
  /** What to show now; null when it could not be had. */
  readonly children: ReactNode | null;
  /** Why it could not be had. */
  readonly problem: ReactNode;
}

/** A panel whose content could not be renewed goes on showing what it last had, dated, under the reason. */
export function KeepLast({ children, problem }: KeepLastProps) {
  const [last, setLast] = useState<{ node: ReactNode; at: number } | null>(null);
  useEffect(() => {
    if (children !== null) setLast({ node: children, at: Date.now() });
  }, [children]);
  if (children !== null) return children;
  if (last === null) return problem;
  return (
    <>
      {problem}
      <p className="border-y border-wait bg-wait-bg px-4 py-1.5 text-sm text-wait">
        What follows is from <Moment at={new Date(last.at).toISOString()} flowing />.
      </p>
      {last.node}
    </>
  );
}
