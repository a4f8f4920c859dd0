/** Whether what is typed there is text. Runs also in the page before all other code, so it uses nothing from outside of it. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable=true]') !== null
  );
}

/** Works inside inputs too: it types nothing. Uses nothing from outside of it, as above. */
export function isPaletteKey(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k';
}
