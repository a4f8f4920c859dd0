'use client';

// What keys find on a page: controls by `data-key`, rows by `data-row`.

/** Controls that can be pressed now. @param hidden also those that a narrow window has no room for */
export function pageControls(hidden = false): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-key]')].filter(
    (element) => (hidden || element.checkVisibility()) && !element.matches(':disabled'),
  );
}

/** Presses the control that carries a key; a field gets the focus. @returns whether there is one */
export function pressControl(key: string): boolean {
  const control = pageControls().find((element) => element.dataset.key === key);
  if (control?.matches('input')) control.focus();
  else control?.click();
  return control !== undefined;
}

/** Its words for a list. */
export function wordsOf(control: HTMLElement): string {
  return control.getAttribute('aria-label') ?? control.textContent?.trim() ?? '';
}

export function visibleRows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-row]')].filter((row) => row.checkVisibility());
}

/** The row that has the focus, with all that stands in it. */
export function rowFocused(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('tr, li') ?? null;
}

export function isPopoverOpen(): boolean {
  return document.querySelector('[popover=auto]:popover-open') !== null;
}
