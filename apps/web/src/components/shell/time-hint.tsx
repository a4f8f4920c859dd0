'use client';

import { useEffect, useRef } from 'react';

/** Shows the exact moment of what the keyboard has come to: a time, or the row of a list that has one. */
export function TimeHint() {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => (element.current ? whenKeyboardCame(element.current) : undefined), []);
  return (
    <div
      ref={element}
      popover="manual"
      // What it shows is the title of a time, which is read there.
      aria-hidden
      data-time-hint
      className="pointer-events-none fixed inset-auto m-0 rounded border border-line-strong bg-surface px-2 py-1 text-xs tabular-nums shadow-xl"
    />
  );
}

/** Who never comes by keyboard needs none of it. */
function whenKeyboardCame(hint: HTMLElement): () => void {
  let stop: (() => void) | null = null;
  const onFocus = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement) || !target.matches(':focus-visible')) return;
    leave();
    void import('./follow-focus').then(({ followFocus }) => {
      if (hint.isConnected) stop = followFocus(hint, document.activeElement);
    });
  };
  const leave = (): void => document.removeEventListener('focusin', onFocus);
  document.addEventListener('focusin', onFocus);
  return () => {
    leave();
    stop?.();
  };
}
