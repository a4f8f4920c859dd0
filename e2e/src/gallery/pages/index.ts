import type { GalleryPage } from '../gallery-page.js';
import { buildPages, listPages } from './build-pages.js';
import { doorPages, installationPages } from './installation-pages.js';
import { projectPages } from './project-pages.js';

export { freshPages } from './installation-pages.js';

/** Every page in every state that is drawn, by what it is about. */
export const galleryPages: Readonly<Record<string, readonly GalleryPage[]>> = {
  'lists and the shell': listPages,
  'a build': buildPages,
  'a project': projectPages,
  'the installation': installationPages,
  'the doors': doorPages,
};
