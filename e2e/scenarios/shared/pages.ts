import type { Installation } from '@cooperage/e2e';
import {
  type BrowserSuite,
  fillGallery,
  type Gallery,
  galleryPages,
  show,
  type Viewer,
  type Visitor,
  visitorOptions,
} from '@cooperage/e2e/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Every page in every state, opened once. `every-page.e2e.ts` examines how they look; this says that they come whole, with all
 * their files, by whatever stands between them and a browser.
 * @param tag of a row of the scorecard, for the titles
 */
export function pages(suite: BrowserSuite<Installation>, tag = ''): void {
  describe('every page of an installation in use', () => {
    let gallery: Gallery;
    beforeAll(async () => {
      gallery = await fillGallery(suite.product);
    });
    afterAll(() => gallery?.close());

    it.each(Object.keys(galleryPages))(`comes whole: %s${tag}`, async (area) => {
      const tabs = new Map<Viewer, Visitor>();
      const found: string[] = [];
      for (const shown of galleryPages[area]!) {
        const viewer = shown.as ?? 'administrator';
        const tab = tabs.get(viewer) ?? (await suite.visitor(visitorOptions(viewer, gallery)));
        tabs.set(viewer, tab);
        const mend = await show(tab, shown, gallery);
        await mend();
        // What was begun while something was missing may fail later, and would be charged to the next page.
        if (shown.complaint) await tab.page.goto('about:blank');
        found.push(...tab.heard(shown.complaint).map((complaint) => `${shown.name}: ${complaint}`));
      }
      expect(found).toEqual([]);
    });
  });
}
