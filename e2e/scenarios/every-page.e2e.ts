import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Build } from '@cooperage/contracts';
import {
  browserSuite,
  examine,
  fillGallery,
  freshPages,
  type Gallery,
  type GalleryPage,
  galleryPages,
  lanes,
  type Viewer,
  type Visitor,
  visitorOptions,
} from '@cooperage/e2e/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const routesFolder = path.resolve(import.meta.dirname, '../../apps/web/src/app');

/** For some twenty states, two ways each; a busy machine is no failure. */
const patienceMs = 900_000;

/** What holds on every page in every state: no barrier in light and dark, nothing that moves by itself, nothing too wide. */
describe('every page', () => {
  const suite = browserSuite({ setUp: false });

  /** One tab for each look and each person, side by side: a tab that was somewhere else has the scripts already. */
  const examineAll = async (pages: readonly GalleryPage[], gallery: Gallery | undefined): Promise<string[]> => {
    const findings = lanes.map(async (lane) => {
      const tabs = new Map<Viewer, Visitor>();
      const found: string[] = [];
      for (const shown of pages) {
        const viewer = shown.as ?? 'administrator';
        const tab = tabs.get(viewer) ?? (await suite.visitor({ ...lane, ...visitorOptions(viewer, gallery) }));
        tabs.set(viewer, tab);
        found.push(...(await examine(tab, shown, gallery as Gallery, lane)));
      }
      return found;
    });
    return (await Promise.all(findings)).flat();
  };

  it('is sound before anybody has an account [A2 dark and light] [A2 360 px wide]', async () => {
    expect(await examineAll(freshPages, undefined)).toEqual([]);
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
        expect(await examineAll(galleryPages[area]!, gallery)).toEqual([]);
      },
      patienceMs,
    );

    it('is examined and drawn: none is missing in the gallery', () => {
      const shown = [freshPages, ...Object.values(galleryPages)].flat().map((page) => page.path(gallery));
      const missing = routes().filter((route) => !shown.some((address) => patternOf(route).test(address)));
      expect(missing).toEqual([]);
    });

    it('leaves a log that the API gives, however the build ended [A coolify#5900]', async () => {
      const { api } = suite.product;
      const log = async ({ id, status }: Build) => {
        const answer = await api.send('GET', `/api/v1/builds/${id}/log?format=text`);
        return `${status}: ${(await answer.text()).split('\n').find((line) => /begun|error TS2322|chestnut/.test(line))}`;
      };
      const { succeeded, failed, canceled, timedOut } = gallery;
      expect(await Promise.all([succeeded, failed, canceled, timedOut].map(log))).toEqual([
        'succeeded: chestnut',
        expect.stringContaining('failed: \u001b[31msrc/api.ts(12,7): error TS2322'),
        'canceled: begun',
        'timed_out: begun',
      ]);
    });
  });
});

/** Addresses of all pages, as the folders of the pages say: `/p/[org]/[project]`. */
function routes(): string[] {
  return readdirSync(routesFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'page.tsx')
    .map((file) => `/${path.dirname(file)}`.replaceAll(/\/(?:\([^)]*\)|\.)/g, '') || '/');
}

/** A part that the address fills in is a segment; parts that are named win over it, as they do for the router. */
function patternOf(route: string): RegExp {
  return new RegExp(`^${route.replaceAll(/\[[^\]]+\]/g, '(?!new$|compare$)[^/?#]+')}(?:[?#]|$)`);
}
