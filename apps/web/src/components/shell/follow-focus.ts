/**
 * Shows in `hint` the exact moment of what the keyboard comes to.
 * @param first what it has come to already
 */
export function followFocus(hint: HTMLElement, first: EventTarget | null): () => void {
  let shown: HTMLTimeElement | null = null;
  const show = (target: EventTarget | null): void => {
    shown = timeOf(target);
    hint.textContent = shown?.title ?? '';
    if (shown) hint.showPopover();
    else hint.hidePopover();
    if (shown) place(hint, shown);
  };
  const onFocus = (event: FocusEvent): void => show(event.target);
  const onLeave = (): void => {
    shown = null;
    hint.hidePopover();
  };
  const onScroll = (): void => {
    if (shown) place(hint, shown);
  };
  const passive = { capture: true, passive: true } as const;
  show(first);
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
