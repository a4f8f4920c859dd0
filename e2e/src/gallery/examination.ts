import type { Page } from 'playwright-core';
import type { Visitor } from '../browser-visitor.js';
import type { Gallery } from './gallery.js';
import type { GalleryPage } from './gallery-page.js';
import { restless, unseenInForcedColours } from './plain-looks.js';
import { barriers, colourRules, settled, shifts, timePasses } from './soundness.js';

/** How a page is opened to be examined: in one scheme, and then turned over to the other. */
export const lanes = [
  { name: 'wide', width: 1280, colorScheme: 'light' },
  { name: 'phone', width: 360, colorScheme: 'dark' },
] as const;
export type Lane = (typeof lanes)[number];
const other = { light: 'dark', dark: 'light' } as const;

/** A window of 1280 px at 200 % has room for so many, CSS pixels. */
const zoomedWidth = 640;
const height = 860;

/** Bytes a second; what a page is made of besides its own text is kept by the browser, and asked for once. */
const slowLine = { offline: false, latency: 0, downloadThroughput: 65_536, uploadThroughput: -1 };

/** Opens a page as a person would, and brings it into its state. @returns what makes the visitor whole for the next page. */
export async function show(visitor: Visitor, shown: GalleryPage, gallery: Gallery): Promise<() => Promise<void>> {
  await openPlain(visitor, shown, gallery);
  return act(visitor.page, shown);
}

/** A state can be to have no network or no session. */
async function act(page: Page, shown: GalleryPage): Promise<() => Promise<void>> {
  const context = page.context();
  const cookies = await context.cookies();
  await shown.act?.(page);
  await settled(page);
  return async () => {
    await context.setOffline(false);
    await context.addCookies(cookies);
  };
}

async function openPlain(visitor: Visitor, shown: GalleryPage, gallery: Gallery): Promise<void> {
  // A page whose address differs in nothing but what follows `#` would not be loaded anew.
  if (shown.path(gallery).includes('#')) await visitor.page.goto('about:blank');
  await visitor.open(shown.path(gallery));
  await settled(visitor.page);
}

/** Everything that is wrong with a page in its state, one line for each. The visitor can go on to another page. */
export async function examine(visitor: Visitor, shown: GalleryPage, gallery: Gallery, lane: Lane): Promise<string[]> {
  const { page } = visitor;
  const found: string[] = [];
  await page.emulateMedia({ colorScheme: lane.colorScheme, forcedColors: 'none', reducedMotion: 'no-preference' });
  await page.setViewportSize({ width: lane.width, height });
  found.push(...(await movesOnItsWay(visitor, shown, gallery)).map((shift) => `moved: ${shift}`));
  await timePasses(page);
  found.push(...(await shifts(page)).map((shift) => `moved as time passed: ${shift}`));
  const mend = await act(page, shown);
  found.push(...(await barriers(page)));
  found.push(...(await tooWide(visitor)));
  await page.emulateMedia({ colorScheme: other[lane.colorScheme] });
  found.push(...(await barriers(page, colourRules)));
  if (lane.name === 'wide') found.push(...(await examineFurther(visitor)));
  await mend();
  // What was begun while something was missing may fail later, and would be charged to the next page.
  if (shown.complaint) await page.goto('about:blank');
  found.push(...visitor.heard(shown.complaint).map((complaint) => `complaint: ${complaint}`));
  return [...new Set(found)].map((finding) => `${shown.name}, ${lane.name}: ${finding}`);
}

/**
 * What moves while the page is opened, over a line so slow that its text comes in many parts: a browser draws the half of
 * a page that it has read already, and what is at the right or in a table then moves as the other half comes.
 */
async function movesOnItsWay(visitor: Visitor, shown: GalleryPage, gallery: Gallery): Promise<string[]> {
  if (visitor.page.url() === 'about:blank') await openPlain(visitor, shown, gallery);
  const tools = await visitor.context.newCDPSession(visitor.page);
  await tools.send('Network.emulateNetworkConditions', slowLine);
  await openPlain(visitor, shown, gallery);
  const moved = await shifts(visitor.page);
  await tools.detach();
  return moved;
}

/** At twice the size, with the system's own colours, with less motion. */
async function examineFurther(visitor: Visitor): Promise<string[]> {
  const { page } = visitor;
  await page.setViewportSize({ width: zoomedWidth, height });
  const wide = await tooWide(visitor);
  await page.setViewportSize({ width: 1280, height });
  const moving = await restless(page);
  return [...wide.map((each) => `at 200 %: ${each}`), ...moving, ...(await unseenInForcedColours(page))];
}

async function tooWide(visitor: Visitor): Promise<string[]> {
  const overflow = await visitor.overflow();
  return overflow > 0 ? [`${overflow} px too wide: ${(await visitor.tooWide()).slice(0, 3).join(' | ')}`] : [];
}
