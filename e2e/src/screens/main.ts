import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { Browser } from '../browser.js';
import type { Visitor } from '../browser-visitor.js';
import { show } from '../gallery/examination.js';
import { fillGallery, type Gallery, visitorOptions } from '../gallery/gallery.js';
import type { GalleryPage, Viewer } from '../gallery/gallery-page.js';
import { freshPages, galleryPages } from '../gallery/pages/index.js';
import { settled } from '../gallery/soundness.js';
import { Product } from '../product.js';
import { indexPage } from './index-page.js';
import { type Look, looks, pictureFile } from './looks.js';
import { drawPage } from './picture.js';

const folder = path.resolve(import.meta.dirname, '../../../docs/screens');
const windowHeight = 860;

/** Draws every page of the gallery in every look, on a product of its own, and writes the index. */
async function drawEverything(browser: Browser): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const product = await Product.start({ web: true, setUp: false });
  try {
    await drawAll(browser, product, freshPages, undefined);
    await product.setUp();
    const gallery = await fillGallery(product);
    for (const pages of Object.values(galleryPages)) await drawAll(browser, product, pages, gallery);
  } finally {
    await product.stop();
  }
  await writeFile(path.join(folder, 'README.md'), indexPage({ 'the first minute': freshPages, ...galleryPages }));
}

/** One tab for each person: it is brought into the state of a page once, and then looked at in every way. */
async function drawAll(
  browser: Browser,
  product: Product,
  pages: readonly GalleryPage[],
  gallery: Gallery | undefined,
): Promise<void> {
  const tabs = new Map<Viewer, Visitor>();
  for (const page of pages) {
    process.stderr.write(`· ${page.name}\n`);
    const viewer = page.as ?? 'administrator';
    const tab = tabs.get(viewer) ?? (await openTab(browser, product, page, gallery));
    tabs.set(viewer, tab);
    await draw(tab, page, gallery);
  }
  await browser.endVisits();
}

/** A tab that has the fonts: the first page in a browser is drawn without those that come late. */
async function openTab(
  browser: Browser,
  product: Product,
  shown: GalleryPage,
  gallery: Gallery | undefined,
): Promise<Visitor> {
  const tab = await browser.visitor(product, visitorOptions(shown.as, gallery));
  // What is shown before there is anything asks nothing of the gallery.
  await tab.open(shown.path(gallery as Gallery));
  return tab;
}

async function draw(tab: Visitor, shown: GalleryPage, gallery: Gallery | undefined): Promise<void> {
  const { page } = tab;
  await lookAt(page, looks[0]);
  const mend = await show(tab, shown, gallery as Gallery);
  for (const look of looks) {
    await lookAt(page, look);
    await settled(page);
    await drawPage(page, path.join(folder, pictureFile(shown.name, look)));
  }
  await mend();
}

async function lookAt(page: Page, { width, colorScheme }: Look): Promise<void> {
  await page.setViewportSize({ width, height: windowHeight });
  await page.emulateMedia({ colorScheme });
}

const browser = await Browser.start();
try {
  await drawEverything(browser);
} finally {
  await browser.close();
}
