import type { Installation } from '@cooperage/e2e';
import {
  browserSuite,
  examine,
  fillGallery,
  freshPages,
  type Gallery,
  type GalleryPage,
  galleryPages,
  type Lane,
  lanes,
  type Viewer,
  type Visitor,
  visitorOptions,
} from '@cooperage/e2e/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** For some twenty states; a busy machine is no failure. */
const patienceMs = 900_000;

/** Which of the two lanes a page is examined in: pages take turns, and the other half has the other lane. */
export type Half = 0 | 1;

/** An installation in which every page has something to show. It is there once the tests around have begun. */
export interface EveryPage {
  readonly product: Installation;
  readonly gallery: Gallery;
}

/**
 * What holds on every page in every state: no barrier in light and dark, nothing that moves by itself, nothing too wide.
 * A page in both lanes is looked at twice as long, so one half belongs to every run and the other one to the full tests.
 * @param further tests of the same installation
 */
export function everyPage(half: Half, further: (filled: EveryPage) => void = () => {}): void {
  const suite = browserSuite({ setUp: false });

  const examineIn = async (lane: Lane, pages: readonly GalleryPage[], gallery: Gallery | undefined) => {
    // One tab for each person: a tab that was somewhere else has the scripts already.
    const tabs = new Map<Viewer, Visitor>();
    const found: string[] = [];
    for (const shown of pages) {
      const viewer = shown.as ?? 'administrator';
      const tab = tabs.get(viewer) ?? (await suite.visitor({ ...lane, ...visitorOptions(viewer, gallery) }));
      tabs.set(viewer, tab);
      found.push(...(await examine(tab, shown, gallery as Gallery, lane)));
    }
    return found;
  };

  /** Both lanes at a time, each with its pages. */
  const examineHalf = async (pages: readonly GalleryPage[], gallery: Gallery | undefined): Promise<string[]> => {
    const ofLane = (lane: number) => pages.filter((_, at) => at % lanes.length === (lane + half) % lanes.length);
    return (await Promise.all(lanes.map((lane, at) => examineIn(lane, ofLane(at), gallery)))).flat();
  };

  it('is sound before anybody has an account [A2 dark and light] [A2 360 px wide]', async () => {
    expect(await examineHalf(freshPages, undefined)).toEqual([]);
  });

  describe('of an installation in use', () => {
    let gallery: Gallery;
    beforeAll(async () => {
      await suite.product.setUp();
      gallery = await fillGallery(suite.product);
    });
    afterAll(() => gallery?.close());

    it.each(Object.keys(galleryPages))(
      'is sound: %s [A2 dark and light] [A2 360 px wide]',
      async (area) => {
        expect(await examineHalf(galleryPages[area]!, gallery)).toEqual([]);
      },
      patienceMs,
    );

    further({
      get product() {
        return suite.product;
      },
      get gallery() {
        return gallery;
      },
    });
  });
}
