import type { Build } from '@cooperage/contracts';
import type { Page } from 'playwright-core';
import type { Gallery } from './gallery.js';

/** Who looks at a page: `member` may read and nothing else, `stranger` has no account. */
export type Viewer = 'administrator' | 'member' | 'stranger';

/** One page in one state. A new page is one more line: it is then examined and drawn with all others. */
export interface GalleryPage {
  /** Says what is seen; also the name of its pictures. */
  readonly name: string;
  readonly path: (gallery: Gallery) => string;
  /** What a person does first: opens a dialog, for instance. Ends when it can be seen. */
  readonly act?: (page: Page) => Promise<unknown>;
  /** The administrator where it is not said. */
  readonly as?: Viewer;
  /** What the browser complains of where an error, or a missing network, is what is shown. */
  readonly complaint?: RegExp;
}

type BuildName = {
  [Key in keyof Gallery]: Gallery[Key] extends Build ? Key : never;
}[keyof Gallery];

/** Address of the project of a build. */
export const home = (build: Build): string => `/p/${build.organizationSlug}/${build.projectSlug}`;
export const at = (path: string) => (): string => path;
export const buildAt =
  (which: BuildName, search = '') =>
  (gallery: Gallery): string =>
    `${home(gallery[which])}/b/${gallery[which].number}${search}`;
/** In the project that has something of everything. */
export const inProject =
  (rest = '') =>
  ({ succeeded }: Gallery): string =>
    home(succeeded) + rest;
/** In the project of which nothing was built yet. */
export const inEmpty =
  (rest = '') =>
  ({ empty }: Gallery): string =>
    empty + rest;
/** What the browser says of a refused request. */
export const refused = (status: number): RegExp => new RegExp(`status of ${status}`);

/** Presses keys one after the other. */
export const keys =
  (...pressed: readonly string[]) =>
  async (page: Page): Promise<void> => {
    for (const key of pressed) await page.keyboard.press(key);
  };
