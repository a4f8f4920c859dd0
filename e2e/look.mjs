import { mkdir } from 'node:fs/promises';
import { Browser } from './dist/browser.js';
import { show } from './dist/gallery/examination.js';
import { fillGallery, visitorOptions } from './dist/gallery/gallery.js';
import { galleryPages } from './dist/gallery/pages/index.js';
import { settled } from './dist/gallery/soundness.js';
import { Product } from './dist/product.js';

const wanted = process.argv.slice(2);
const folder = '/tmp/pages-look';
await mkdir(folder, { recursive: true });
const browser = await Browser.start();
const product = await Product.start({ web: true });
try {
  const gallery = await fillGallery(product);
  const pages = Object.values(galleryPages)
    .flat()
    .filter(({ name }) => wanted.includes(name));
  for (const shown of pages) {
    const tab = await browser.visitor(product, visitorOptions(shown.as, gallery));
    try {
      await tab.open(shown.path(gallery));
      const mend = await show(tab, shown, gallery);
      for (const [look, width, colorScheme] of [
        ['light', 1280, 'light'],
        ['dark', 1280, 'dark'],
        ['phone-light', 360, 'light'],
        ['phone-dark', 360, 'dark'],
      ]) {
        await tab.page.setViewportSize({ width, height: 860 });
        await tab.page.emulateMedia({ colorScheme });
        await settled(tab.page);
        await tab.page.screenshot({ path: `${folder}/${shown.name}.${look}.png`, fullPage: true });
      }
      await mend();
      console.log(shown.name);
    } catch (error) {
      console.log(shown.name, String(error).slice(0, 300));
    }
  }
  await gallery.close();
} finally {
  await browser.close();
  await product.stop();
}
