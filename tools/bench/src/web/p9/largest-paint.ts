import type { BrowserContext } from 'playwright-core';

/** Runs in the page: the last candidate once the page has been quiet for a moment. */
const largestPaint = `new Promise((answer) => {
  let last = 0;
  new PerformanceObserver((list) => { last = list.getEntries().at(-1).startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => answer(last), 1500);
})`;

/** Milliseconds from the navigation on, with a processor that is four times slower. */
export async function largestPaintMs(context: BrowserContext, url: string): Promise<number> {
  const page = await context.newPage();
  const tools = await context.newCDPSession(page);
  await tools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.goto(url, { waitUntil: 'load' });
  const ms = await page.evaluate<number>(largestPaint);
  await page.close();
  return ms;
}
