import type { Page } from 'playwright-core';

/**
 * Resolves in the frame in which an element is there (with this text). The browser looks at each frame by itself: whoever
 * asks it from outside asks after 20, 50, 100, 100 and then every 500 ms, and would measure those steps.
 */
export async function onScreen(page: Page, selector: string, text?: string): Promise<void> {
  const [wanted, words] = [JSON.stringify(selector), JSON.stringify(text ?? null)];
  await page.evaluate(`new Promise((seen) => (function look() {
    const found = [...document.querySelectorAll(${wanted})];
    if (found.some((element) => ${words} === null || element.textContent === ${words})) seen();
    else requestAnimationFrame(look);
  })())`);
}
