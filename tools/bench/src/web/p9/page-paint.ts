import type { BrowserContext } from 'playwright-core';

export interface PagePaint {
  /** From the navigation to the largest contentful paint, in milliseconds. */
  readonly largestMs: number;
  /** All that moved without a hand on it, as layout shift scores. */
  readonly shift: number;
}

/** Runs in the page: what there was once it has been left alone for a moment. */
const observed = `new Promise((answer) => {
  // A part of a pixel is seen by no one, and rounds to a pixel of width where it stands between two.
  const isSeen = ({ previousRect: a, currentRect: b }) =>
    ['x', 'y'].some((side) => Math.abs(a[side] - b[side]) >= 1) ||
    ['width', 'height'].some((side) => Math.abs(a[side] - b[side]) > 1);
  let largestMs = 0;
  let shift = 0;
  new PerformanceObserver((list) => { largestMs = list.getEntries().at(-1).startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value, sources } of list.getEntries())
      if (!hadRecentInput && sources.some(isSeen)) shift += value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => answer({ largestMs, shift }), 1500);
})`;

/** Opens a page with a processor that is four times slower. */
export async function pagePaint(context: BrowserContext, url: string): Promise<PagePaint> {
  const page = await context.newPage();
  const tools = await context.newCDPSession(page);
  await tools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.goto(url, { waitUntil: 'load' });
  const paint = await page.evaluate<PagePaint>(observed);
  await page.close();
  return paint;
}
