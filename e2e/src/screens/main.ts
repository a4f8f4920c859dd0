import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Browser } from '../browser.js';
import type { Visitor } from '../browser-visitor.js';
import { show } from '../gallery/examination.js';
import { fillGallery, type Gallery, visitorOptions } from '../gallery/gallery.js';
import type { GalleryPage, Viewer } from '../gallery/gallery-page.js';
import { freshPages, galleryPages } from '../gallery/pages/index.js';
import { Product } from '../product.js';
import { indexPage } from './index-page.js';
import { type Look, looks, pictureFile } from './looks.js';
import { drawPage } from './picture.js';

const folder = path.resolve(import.meta.dirname, '../../../docs/screens');

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

async function drawAll(
  browser: Browser,
  product: Product,
  pages: readonly GalleryPage[],
  gallery: Gallery | undefined,
): Promise<void> {
  for (const look of looks) {
    const tabs = new Map<Viewer, Visitor>();
    for (const page of pages) {
      process.stderr.write(`· ${page.name}, ${look.title}\n`);
      const viewer = page.as ?? 'administrator';
      const tab = tabs.get(viewer) ?? (await openTab(browser, product, page, look, gallery));
      tabs.set(viewer, tab);
      await draw(tab, page, gallery, pictureFile(page.name, look));
    }
    await browser.endVisits();
  }
}

/** A tab that has the fonts: the first page in a browser is drawn without those that come late. */
async function openTab(
  browser: Browser,
  product: Product,
  shown: GalleryPage,
  look: Look,
  gallery: Gallery | undefined,
): Promise<Visitor> {
  const tab = await browser.visitor(product, { ...look, ...visitorOptions(shown.as, gallery) });
  await tab.open(shown.path(gallery as Gallery));
  return tab;
}

async function draw(visitor: Visitor, shown: GalleryPage, gallery: Gallery | undefined, file: string): Promise<void> {
  // What is shown before there is anything asks nothing of the gallery.
  await show(visitor, shown, gallery as Gallery);
  await drawPage(visitor.page, path.join(folder, file));
  await visitor.page.context().setOffline(false);
}

const browser = await Browser.start();
try {
  await drawEverything(browser);
} finally {
  await browser.close();
}
