import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Browser } from '../browser.js';
import { fillGallery, type Gallery } from '../gallery/gallery.js';
import { type GalleryPage, galleryPages } from '../gallery/pages.js';
import { settled } from '../gallery/soundness.js';
import { Product } from '../product.js';
import { indexPage } from './index-page.js';
import { type Look, looks, pictureFile } from './looks.js';
import { drawPage } from './picture.js';

const folder = path.resolve(import.meta.dirname, '../../../docs/screens');
const setup = { name: 'setup', path: () => '/setup', signedIn: false } as const;

/** Draws every page of the gallery in every look, on a product of its own, and writes the index. */
async function drawEverything(browser: Browser): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await withProduct({ setUp: false }, (product) => drawAll(browser, product, [setup], undefined));
  await withProduct({}, async (product) => {
    const gallery = await fillGallery(product);
    await drawAll(browser, product, galleryPages, gallery);
  });
  await writeFile(path.join(folder, 'README.md'), indexPage([setup, ...galleryPages].map(({ name }) => name)));
}

async function withProduct(options: { setUp?: boolean }, work: (product: Product) => Promise<void>): Promise<void> {
  const product = await Product.start({ ...options, web: true });
  try {
    await work(product);
  } finally {
    await product.stop();
  }
}

async function drawAll(
  browser: Browser,
  product: Product,
  pages: readonly GalleryPage[],
  gallery: Gallery | undefined,
): Promise<void> {
  for (const page of pages) {
    process.stderr.write(`· ${page.name}\n`);
    for (const look of looks) await draw(browser, product, page, look, gallery);
    await browser.endVisits();
  }
}

async function draw(
  browser: Browser,
  product: Product,
  shown: GalleryPage,
  look: Look,
  gallery: Gallery | undefined,
): Promise<void> {
  const { width, colorScheme } = look;
  const visitor = await browser.visitor(product, { width, colorScheme, signedIn: shown.signedIn ?? true });
  await visitor.open(shown.path(gallery as Gallery));
  await settled(visitor.page);
  await shown.act?.(visitor.page);
  await settled(visitor.page);
  await drawPage(visitor.page, path.join(folder, pictureFile(shown.name, look)));
}

const browser = await Browser.start();
try {
  await drawEverything(browser);
} finally {
  await browser.close();
}
