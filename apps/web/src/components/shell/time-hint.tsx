'use client';

import { useEffect, useRef } from 'react';

/** Shows the exact moment of what the keyboard has come to: a time, or the row of a list that has one. */
export function TimeHint() {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => (element.current ? followFocus(element.current) : undefined), []);
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

function followFocus(hint: HTMLElement): () => void {
  let shown: HTMLTimeElement | null = null;
  const onFocus = (event: FocusEvent): void => {
    shown = timeOf(event.target);
    hint.textContent = shown?.title ?? '';
    if (shown) hint.showPopover();
    else hint.hidePopover();
    if (shown) place(hint, shown);
  };
  const onLeave = (): void => {
    shown = null;
    hint.hidePopover();
  };
  const onScroll = (): void => {
    if (shown) place(hint, shown);
  };
  const passive = { capture: true, passive: true } as const;
  document.addEventListener('focusin', onFocus);
  document.addEventListener('focusout', onLeave);
  document.addEventListener('scroll', onScroll, passive);
  return () => {
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('focusout', onLeave);
    document.removeEventListener('scroll', onScroll, passive);
  };
}

function timeOf(target: EventTarget | null): HTMLTimeElement | null {
  if (!(target instanceof HTMLElement) || !target.matches(':focus-visible')) return null;
  if (target instanceof HTMLTimeElement) return target;
  const times = target.closest('tr')?.querySelectorAll('time') ?? [];
  return [...times].find((time) => time.checkVisibility()) ?? null;
}

/** Above the time, inside the window. The popover is in the top layer, so that no list clips it. */
function place(hint: HTMLElement, time: HTMLElement): void {
  const [box, own] = [time.getBoundingClientRect(), hint.getBoundingClientRect()];
  const left = Math.min(box.right - own.width, document.documentElement.clientWidth - own.width - 4);
  hint.style.left = `${Math.max(4, left)}px`;
  hint.style.top = `${box.top >= own.height + 8 ? box.top - own.height - 4 : box.bottom + 4}px`;
}
