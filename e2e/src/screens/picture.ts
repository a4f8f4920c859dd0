import { writeFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

/** Taller pages are cut here, CSS pixels: the rest is more of the same. */
const tallest = 2200;
const quality = 82;

/** What keeps to an edge of the window keeps to that of the picture: the rail its height, the bar of a phone its place. */
const stretchToPicture = `(height) => {
  const rail = document.querySelector('nav[aria-label="Main"]');
  if (!rail) return;
  rail.removeAttribute('style');
  const isBar = getComputedStyle(rail).position === 'fixed';
  Object.assign(rail.style, isBar ? { bottom: innerHeight - height + 'px' } : { height: height + 'px', position: 'static' });
}`;

/** Writes the whole page as the browser's own encoder packs it: a tenth of a PNG. */
export async function drawPage(page: Page, file: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { cssContentSize, cssLayoutViewport } = await session.send('Page.getLayoutMetrics');
  const height = Math.min(tallest, Math.max(cssContentSize.height, cssLayoutViewport.clientHeight));
  await page.evaluate(`(${stretchToPicture})(${height})`);
  const clip = { x: 0, y: 0, width: cssLayoutViewport.clientWidth, height, scale: 1 };
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality,
    clip,
    captureBeyondViewport: true,
  });
  await writeFile(file, Buffer.from(data, 'base64'));
  await session.detach();
}
