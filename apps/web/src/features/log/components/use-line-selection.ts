'use client';

import { useCallback, useEffect, useState } from 'react';
import { clickLine, formatLineAddress, type LineAddress, parseLineAddress } from '../model/line-address';

/** A place to go to. `count` tells one wish from the next for the same place. */
export interface LineTarget {
  readonly address: LineAddress;
  readonly count: number;
}

export interface LineSelection {
  readonly selection: LineAddress | null;
  readonly target: LineTarget | null;
  readonly pick: (step: number, line: number, extend: boolean) => void;
  /** Goes to a line, or to the header of a step, without marking it. */
  readonly goTo: (step: number, line: number | null) => void;
}

/**
 * The lines that the address names. A link to a place goes there, each time it is pressed; a click on a line number only
 * marks it, and changes the address without a step in the history.
 */
export function useLineSelection(attempt: number): LineSelection {
  const [selection, setSelection] = useState<LineAddress | null>(null);
  const [target, setTarget] = useState<LineTarget | null>(null);
  useEffect(() => {
    const goTo = (hash: string): void => {
      const address = parseLineAddress(hash, attempt);
      setSelection(address);
      if (address) setTarget((before) => ({ address, count: (before?.count ?? 0) + 1 }));
    };
    const onHashChange = (): void => goTo(window.location.hash);
    const onClick = (event: MouseEvent): void => {
      const link =
        event.target instanceof Element
          ? event.target.closest<HTMLAnchorElement>('a[href^="#s"], a[href^="#a"]')
          : null;
      // The browser tells of a changed address only; a second click on the same link is a wish too.
      if (link && !event.defaultPrevented && link.hash === window.location.hash) goTo(link.hash);
    };
    onHashChange();
    window.addEventListener('hashchange', onHashChange);
    document.addEventListener('click', onClick);
    return () => {
      window.removeEventListener('hashchange', onHashChange);
      document.removeEventListener('click', onClick);
    };
  }, [attempt]);
  const pick = useCallback((step: number, line: number, extend: boolean) => {
    setSelection((present) => {
      const next = clickLine(present, step, line, extend);
      window.history.replaceState(window.history.state, '', formatLineAddress(next));
      return next;
    });
  }, []);
  const goTo = useCallback((step: number, line: number | null) => {
    setTarget((before) => ({ address: { step, from: line, to: line }, count: (before?.count ?? 0) + 1 }));
  }, []);
  return { selection, target, pick, goTo };
}
