import type { Product } from '@cooperage/e2e';
import { services } from '@cooperage/testing';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { demand } from '../measure/inexact.js';

/** `gc` is not used by pages: the heap is counted after a collection that the developer tools ask for. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const patienceMs = 120_000;

/** The browser in which both sides of a comparison are opened, each time in a new page. */
export class PageBrowser {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<PageBrowser> {
    const executablePath = services().tools.chromium;
    demand(executablePath !== undefined, 'the services name no browser: ./cooperage doctor says how to get one');
    return new PageBrowser(await chromium.launch({ executablePath, args: flags }));
  }

  /** Somebody who has seen nothing yet; with a product signed in there. */
  async reader(product?: Product): Promise<BrowserContext> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 860 } });
    context.setDefaultTimeout(patienceMs);
    if (product) await context.addCookies(cookiesOf(product));
    return context;
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

function cookiesOf({ api, origin }: Product) {
  return api.cookies.split('; ').map((cookie) => {
    const at = cookie.indexOf('=');
    return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url: origin };
  });
}

/** Bytes of script objects that are alive in a page. */
export async function heapBytes(page: Page): Promise<number> {
  const tools: CDPSession = await page.context().newCDPSession(page);
  await tools.send('HeapProfiler.collectGarbage');
  await tools.send('Performance.enable');
  const { metrics } = await tools.send('Performance.getMetrics');
  await tools.detach();
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
}
