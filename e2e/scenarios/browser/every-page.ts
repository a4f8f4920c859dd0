import type { Build } from '@cooperage/contracts';
import {
  type BrowserSuite,
  barriers,
  fillGallery,
  type Gallery,
  type GalleryPage,
  galleryPages,
  settled,
  shifts,
} from '@cooperage/e2e/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Each page is opened twice, as unlike as can be, and looked at in both colour schemes. */
const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const;
const other = { light: 'dark', dark: 'light' } as const;

/** What is known and not mended yet: this list only shrinks. */
const debts: readonly RegExp[] = [
  // The page of a build was made anew and is not looked through yet.
  /^build-/,
  /^(?:builds.*|image|overview|key-sheet|projects): .*moved: /,
];

/** What holds on every page, whatever it shows: `galleryPages` is the list. */
export function everyPage(suite: BrowserSuite): void {
  describe('every page', () => {
    let gallery: Gallery;
    beforeAll(async () => {
      gallery = await fillGallery(suite.product);
    });
    afterAll(() => gallery?.close());

    const examine = async (shown: GalleryPage, { width, colorScheme }: (typeof looks)[number]) => {
      const visitor = await suite.visitor({ width, colorScheme, signedIn: shown.signedIn ?? true });
      const { page } = visitor;
      if (shown.refusal) visitor.provokes(new RegExp(`status of ${shown.refusal}`));
      await visitor.open(shown.path(gallery));
      await settled(page);
      const moved = await shifts(page);
      await shown.act?.(page);
      await settled(page);
      const overflow = await visitor.overflow();
      const found = await barriers(page);
      await page.emulateMedia({ colorScheme: other[colorScheme] });
      found.push(...(await barriers(page, ['color-contrast', 'link-in-text-block'])));
      return [
        ...new Set(found),
        ...moved.map((shift) => `moved: ${shift}`),
        ...(overflow > 0 ? [`${overflow} px too wide`] : []),
      ].map((finding) => `${width} px: ${finding}`);
    };

    it.each(galleryPages)(
      '$name is without barriers, moves nothing by itself and fits [A2 dark and light] [A2 360 px wide]',
      async (shown) => {
        const found = await Promise.all(looks.map((look) => examine(shown, look)));
        const unexpected = found
          .flat()
          .filter((finding) => !debts.some((debt) => debt.test(`${shown.name}: ${finding}`)));
        expect(unexpected).toEqual([]);
      },
    );

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
}
