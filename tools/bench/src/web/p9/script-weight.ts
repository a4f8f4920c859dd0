import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { BrowserContext } from 'playwright-core';
import { demand } from '../../measure/inexact.js';

const compress = promisify(gzip);

/**
 * Bytes of all scripts that a page loads before anything is done on it, each compressed by gzip at its best, however the
 * server sends them.
 */
export async function scriptWeight(context: BrowserContext, url: string): Promise<number> {
  const page = await context.newPage();
  const scripts = new Map<string, Promise<Buffer>>();
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.set(response.url(), response.body());
  });
  const answer = await page.goto(url, { waitUntil: 'load' });
  demand(answer?.ok() === true, `${url} was answered ${answer?.status()}`);
  // What a page loads after its load event, as an island does, is loaded before its network is quiet; a page that is
  // live is never quiet for long.
  await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => {});
  const sizes = await Promise.all(
    [...scripts.values()].map(async (body) => (await compress(await body, { level: 9 })).length),
  );
  await page.close();
  demand(sizes.length > 0, `${url} loads no script`);
  return sizes.reduce((sum, size) => sum + size, 0);
}
