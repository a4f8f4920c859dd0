import type { isPaletteKey, isTyping } from '../keys/key-events';

/**
 * Runs in the page before all other code of it: what is pressed before the page is alive is kept and pressed again then, in
 * the same order. A page is painted before its code is there, on a slow line by seconds, and without this a key would be
 * lost, a button would do nothing and a form would be sent by the browser itself and what stands in it be gone.
 *
 * Links, popovers and forms with an address need no code and are left alone. The text of this function is what is sent, so
 * it uses nothing from outside of it.
 *
 * @see usePageAlive for the sign by which a page says that it is alive
 */
export function keepEarlyPresses(typing: typeof isTyping, palette: typeof isPaletteKey): void {
  /** After the page is alive: what has not come by then is none of ours, such as a button that an extension put there. */
  const mostMsForParts = 3_000;
  /** Nobody expects any more what they pressed so long ago. */
  const mostMsKept = 30_000;
  interface Kept {
    readonly atMs: number;
    readonly isReady: () => boolean;
    readonly again: () => void;
  }
  const kept: Kept[] = [];
  const root = document.documentElement;
  let isAgain = false;

  /** React keeps its own beside every node that it has taken over, and it takes a page over part by part. */
  const isAlive = (node: Element): boolean => {
    const { aliveAtMs } = document;
    if (aliveAtMs === undefined) return false;
    return Object.keys(node).some((key) => key.startsWith('__react')) || performance.now() - aliveAtMs > mostMsForParts;
  };
  const focused = (): Element => document.activeElement ?? document.body;

  const keep = (event: Event, isReady: () => boolean, again: () => void): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    kept.push({ atMs: performance.now(), isReady, again });
    if (kept.length > 1) return;
    root.dataset.waiting = '';
    whenIdle();
  };
  const whenIdle = (): void => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => setTimeout(next), { timeout: 500 });
    else setTimeout(next, 50);
  };
  /** One in a task, when the page has done what the one before it asked for. */
  const next = (): void => {
    const first = kept[0];
    const isOver = first && performance.now() - first.atMs > mostMsKept;
    if (first && !isOver && !first.isReady()) {
      whenIdle();
      return;
    }
    isAgain = true;
    try {
      if (!isOver) first?.again();
    } catch {
      // What was there to be pressed has changed meanwhile; what was pressed after it counts all the same.
    }
    isAgain = false;
    kept.shift();
    if (kept.length > 0) whenIdle();
    else delete root.dataset.waiting;
  };

  /** What the browser does by itself for a key that somebody presses, and not for one that is told. */
  const act = (place: Element, key: string): void => {
    // There is no other way to write where the caret is that is told to the page.
    if (typing(place)) {
      if (key === 'Backspace') document.execCommand('delete');
      else if (key.length === 1) document.execCommand('insertText', false, key);
      else if (key === 'Enter' && place instanceof HTMLInputElement) send(place.form, null);
    } else if (key === 'Enter' ? place.matches('a[href], button') : key === ' ' && place.matches('button, input'))
      (place as HTMLElement).click();
  };
  /** By its button where it has one: a form that is being sent has disabled that, and is not sent twice. */
  const send = (form: HTMLFormElement | null, submitter: HTMLElement | null): void => {
    const button = submitter ?? form?.querySelector<HTMLElement>('button:not([type=button])');
    if (button) button.click();
    else form?.requestSubmit();
  };

  const listeners: Record<string, (event: never) => void> = {
    click: (event: MouseEvent) => {
      const { target } = event;
      const control = target instanceof Element && target.closest('button, input[type=checkbox], input[type=radio]');
      if (!(control instanceof HTMLButtonElement || control instanceof HTMLInputElement)) return;
      const isOfTheBrowser =
        control.matches('[popovertarget], [commandfor]') ||
        (control.form && (control.type === 'submit' || control.form.hasAttribute('action')));
      if (!isOfTheBrowser && (kept.length > 0 || !isAlive(control)))
        keep(
          event,
          () => isAlive(control),
          () => control.click(),
        );
    },
    submit: (event: SubmitEvent) => {
      const form = event.target as HTMLFormElement;
      if (!form.hasAttribute('action') && (kept.length > 0 || !isAlive(form)))
        keep(
          event,
          () => isAlive(form),
          () => send(form, event.submitter),
        );
    },
    keydown: (event: KeyboardEvent) => {
      const { key, code, ctrlKey, metaKey, shiftKey, altKey, timeStamp, target } = event;
      if (key === 'Escape') kept.length = 0;
      const isPlain = !ctrlKey && !metaKey && !altKey && !typing(target);
      // What the browser itself does for a key is left to it, unless others are before it: then it waits for its turn.
      const isBehind = kept.length > 0 && (key === ' ' || key === 'Enter' || key === 'Backspace');
      const isOfPage = isPlain && (isBehind || (key.length === 1 && key !== ' '));
      if (!isOfPage && !palette(event)) return;
      if (kept.length === 0 && isAlive(target instanceof Element ? target : document.body)) return;
      keep(
        event,
        () => isAlive(focused()),
        () => {
          const place = focused();
          const again = new KeyboardEvent('keydown', {
            ...{ key, code, ctrlKey, metaKey, shiftKey, bubbles: true, cancelable: true },
          });
          // Two keys are one shortcut where little time was between them.
          Object.defineProperty(again, 'timeStamp', { value: timeStamp });
          if (place.dispatchEvent(again) && isOfPage) act(place, key);
        },
      );
    },
  };
  const early = (event: Event): void => {
    if (!isAgain) listeners[event.type]?.(event as never);
  };
  for (const type of Object.keys(listeners)) window.addEventListener(type, early, true);
  window.addEventListener('pagehide', () => {
    kept.length = 0;
  });
}
