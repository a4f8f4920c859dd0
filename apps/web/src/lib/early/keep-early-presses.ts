import type { isPaletteKey, isTyping } from '../keys/key-events';

/**
 * Runs in the page before all other code of it: what is pressed before the page is alive is kept and pressed again then, in
 * the same order. A page is painted before its code is there, on a slow line by seconds, and without this a key would be
 * lost, a button would do nothing and a form would be sent by the browser itself and what stands in it be gone.
 *
 * Links, popovers and forms with an address need no code and are left alone. The text of this function is what is sent, so
 * it uses nothing from outside of it.
 */
export function keepEarlyPresses(typing: typeof isTyping, palette: typeof isPaletteKey): void {
  /** After the page itself is alive: what has not come by then is none of ours, such as a button that an extension put there. */
  const mostMsForParts = 3000;
  const kept: (() => void)[] = [];
  let isAgain = false;
  let aliveSince: number | undefined;

  // React keeps its own beside every node that it has taken over, and it takes a page over part by part.
  const isAlive = (node: Element): boolean => Object.keys(node).some((key) => key.startsWith('__react'));
  const isPageAlive = (): boolean => {
    if (document.readyState === 'loading' || !isAlive(document.body)) return false;
    aliveSince ??= performance.now();
    const controls = [...document.querySelectorAll('#main, button, input, select, textarea, a[href], [data-row]')];
    return controls.every(isAlive) || performance.now() - aliveSince > mostMsForParts;
  };

  const keep = (event: Event, again: () => void): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    kept.push(again);
    document.documentElement.style.cursor = 'progress';
  };
  /** One in a task: what it changes is on the page before the next one. */
  const pressAgain = (): void => {
    const again = kept.shift();
    isAgain = true;
    again?.();
    isAgain = false;
    if (kept.length > 0) setTimeout(pressAgain);
    else leave();
  };
  const whenIdle = (act: () => void): void => {
    if ('requestIdleCallback' in window) requestIdleCallback(act);
    else setTimeout(act, 50);
  };
  /** A part listens to keys in a later task than the one in which its controls come alive: an idle page has none left. */
  const watch = (): void => whenIdle(isPageAlive() ? pressAgain : watch);

  const listeners: Record<string, (event: never) => void> = {
    click: (event: MouseEvent) => {
      const { target } = event;
      const control = target instanceof Element && target.closest('button, input[type=checkbox], input[type=radio]');
      if (!(control instanceof HTMLButtonElement || control instanceof HTMLInputElement)) return;
      const isOfTheBrowser =
        control.matches('[popovertarget], [commandfor]') || (control.type === 'submit' && control.form);
      if (!isOfTheBrowser) keep(event, () => control.click());
    },
    submit: (event: SubmitEvent) => {
      const form = event.target as HTMLFormElement;
      if (!form.hasAttribute('action')) keep(event, () => form.requestSubmit(event.submitter));
    },
    keydown: (event: KeyboardEvent) => {
      const { key, code, ctrlKey, metaKey, shiftKey, altKey } = event;
      const isKeyOfPage = key.length === 1 && key !== ' ' && !ctrlKey && !metaKey && !altKey && !typing(event.target);
      if (!isKeyOfPage && !palette(event)) return;
      keep(event, () => {
        const place = document.activeElement ?? document.body;
        const again = { key, code, ctrlKey, metaKey, shiftKey, bubbles: true, cancelable: true };
        const isFree = place.dispatchEvent(new KeyboardEvent('keydown', again));
        // A key before it may have led into a field. There is no other way to write where the caret is that is told to the page.
        if (isFree && isKeyOfPage && typing(place)) document.execCommand('insertText', false, key);
      });
    },
  };
  const early = (event: Event): void => {
    if (!isAgain) listeners[event.type]?.(event as never);
  };
  const leave = (): void => {
    document.documentElement.style.cursor = '';
    for (const type of Object.keys(listeners)) window.removeEventListener(type, early, true);
  };
  for (const type of Object.keys(listeners)) window.addEventListener(type, early, true);
  watch();
}
