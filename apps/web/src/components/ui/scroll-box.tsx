import type { ReactNode } from 'react';

/** What scrolls inside a page: the keyboard can come to it, and arrows then scroll it. */
export function ScrollBox({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups controls, this is text
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what does not get the focus cannot be scrolled by keys
    <div role="group" aria-label={label} tabIndex={0} className={className}>
      {children}
    </div>
  );
}
