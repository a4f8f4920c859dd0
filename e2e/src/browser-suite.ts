import { takeTurn } from '@cooperage/testing';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { Browser } from './browser.js';
import type { Visitor, VisitorOptions } from './browser-visitor.js';
import type { Installation } from './installation.js';
import { Product, type ProductOptions } from './product.js';

export { ApiDescription } from './api-description.js';
export type { Visitor } from './browser-visitor.js';
export { examine, type Lane, lanes, show } from './gallery/examination.js';
export { fillGallery, type Gallery, visitorOptions } from './gallery/gallery.js';
export type { GalleryPage, Viewer } from './gallery/gallery-page.js';
export { freshPages, galleryPages } from './gallery/pages/index.js';

/** As long as another file may have the only browser, and then some. */
const turnMs = 1_800_000;

/** For `expect.poll`: as long as a page may take. */
export const patience = { timeout: 30_000 } as const;

export interface BrowserSuite<P extends Installation = Product> {
  readonly product: P;
  /** Somebody new, whose page is closed after the scenario. */
  visitor(options?: VisitorOptions): Promise<Visitor>;
}

/**
 * One browser for the scenarios around this call. Each scenario fails on anything that a page complained of: an error of a
 * script, a file that is not there, a violation of the content policy. Only one file has a browser at a time: two of them on a
 * small machine only wait for each other.
 */
export function visits<P extends Installation>(installation: { readonly product: P }): BrowserSuite<P> {
  let browser: Browser;
  let giveBack: () => Promise<void>;
  beforeAll(async () => {
    giveBack = await takeTurn('browser');
  }, turnMs);
  beforeAll(async () => {
    browser = await Browser.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${task.name}\n${await browser.describe()}\n`);
    expect(await browser.endVisits()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await giveBack?.();
  });
  return {
    get product() {
      return installation.product;
    },
    visitor: (visit) => browser.visitor(installation.product, visit),
  };
}

/** The whole product as processes, with its pages and one browser, for all scenarios of a file. */
export function browserSuite(options: Omit<ProductOptions, 'web'> = {}): BrowserSuite {
  let product: Product;
  const suite = visits({
    get product() {
      return product;
    },
  });
  beforeAll(async () => {
    product = await Product.start({ ...options, web: true });
  });
  afterAll(() => product?.stop());
  return suite;
}
