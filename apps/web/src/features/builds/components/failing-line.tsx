'use client';

import { type ReactNode, useEffect, useRef } from 'react';

/** The line at which a build failed: where the reader is taken when the file is opened, by eye and by keyboard. */
export function FailingLine({ id, children }: { id: string; children: ReactNode }) {
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    const line = element.current;
    if (!line || document.activeElement?.closest('dialog, input, textarea, select')) return;
    line.scrollIntoView({ block: 'nearest' });
    line.focus({ preventScroll: true });
  }, []);
  return (
    <li
      ref={element}
      id={id}
      tabIndex={-1}
      aria-label="The line that failed"
      className="scroll-my-24 focus-visible:outline-offset-[-2px]"
    >
      {children}
    </li>
  );
}
