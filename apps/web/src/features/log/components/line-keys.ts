import type { KeyboardEvent } from 'react';
import { headerHeight } from '../model/log-window';

const line = 'a[data-line]';

/**
 * Goes to the chosen line, else to the first that is seen whole. A log has more lines than anyone wants to tab through, so none
 * of them is a stop of the Tab key. @returns whether one has the focus already: then it is chosen, and what can be done is meant
 */
export function goToLines(box: HTMLElement | null): boolean {
  const here = document.activeElement?.closest<HTMLElement>(line) ?? null;
  if (here && box?.contains(here)) {
    if (here.ariaCurrent !== 'true') here.click();
    return true;
  }
  const lines = [...(box?.querySelectorAll<HTMLElement>(line) ?? [])];
  const top = (box?.getBoundingClientRect().top ?? 0) + headerHeight;
  const chosen = lines.find((each) => each.ariaCurrent === 'true');
  const next = chosen ?? lines.find((each) => each.getBoundingClientRect().top >= top);
  next?.focus();
  return false;
}

/** On a line the arrows go to its neighbours; with Shift, Enter chooses up to it. @returns whether the key was meant for it */
export function walkLines(event: KeyboardEvent<HTMLElement>): boolean {
  const at = event.target instanceof Element ? event.target.closest<HTMLElement>(line) : null;
  if (!at) return false;
  if (event.key === 'Enter' && event.shiftKey) {
    at.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey: true }));
    return true;
  }
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return false;
  const lines = [...event.currentTarget.querySelectorAll<HTMLElement>(line)];
  lines[lines.indexOf(at) + step]?.focus();
  return true;
}
