import type { Page } from 'playwright-core';
import type { Gallery } from '../gallery.js';
import { at, type GalleryPage, home, inEmpty, inProject, keys } from '../gallery-page.js';

/** Projects and what is in them. */
export const projectPages: readonly GalleryPage[] = [
  { name: 'projects', path: at('/projects') },
  { name: 'project-new', path: at('/projects/new') },
  { name: 'project', path: inProject() },
  { name: 'project-as-member', path: inProject(), as: 'member' },
  { name: 'project-empty', path: inEmpty() },
  { name: 'project-build-now', path: inProject(), act: keys('b') },
  { name: 'project-images', path: inProject('/images') },
  { name: 'project-images-empty', path: inEmpty('/images') },
  { name: 'project-deliveries', path: inProject('/deliveries') },
  { name: 'project-deliveries-empty', path: inEmpty('/deliveries') },
  { name: 'project-cache', path: inProject('/cache') },
  {
    name: 'project-cache-reset',
    path: inProject('/cache'),
    act: (page) => page.getByRole('button', { name: 'Reset the cache', exact: true }).click(),
  },
  {
    name: 'project-cache-steps',
    path: inProject('/cache'),
    act: async (page) => {
      await page.getByRole('table', { name: 'Cache references' }).getByRole('link', { name: 'main' }).click();
      await page.getByRole('table', { name: 'Steps in the cache' }).waitFor();
      // Where it was opened, some button of the page is half beneath the bar at the top.
      await page.evaluate('scrollTo(0, 0)');
    },
  },
  { name: 'project-cache-prune', path: inProject('/cache?prune=1&pruneZone=branch&pruneRef=tasting') },
  { name: 'project-cache-prune-spared', path: inProject('/cache?prune=1&pruneRef=main') },
  { name: 'project-cache-cold', path: ({ defined }) => `${home(defined)}/cache` },
  { name: 'project-cache-empty', path: inEmpty('/cache') },
  { name: 'project-settings', path: inProject('/settings') },
  { name: 'project-settings-as-member', path: inProject('/settings'), as: 'member' },
  {
    name: 'project-new-rule',
    path: inProject('/settings'),
    act: (page) => page.getByRole('button', { name: 'Add a rule' }).click(),
  },
  { name: 'project-credential-tried', path: inProject('/settings'), act: tryCredential },
  {
    name: 'project-delete',
    path: inProject('/settings'),
    act: (page) => page.getByRole('region', { name: 'Delete the project' }).getByRole('button').click(),
  },
  { name: 'delivery', path: ({ succeeded }) => `${home(succeeded)}/deliveries/${succeeded.deliveryId}` },
  {
    name: 'delivery-dry-run',
    path: ({ succeeded }) => `${home(succeeded)}/deliveries/${succeeded.deliveryId}?dry=1`,
  },
  { name: 'image', path: imageOf },
  { name: 'image-retag', path: imageOf, act: retag },
];

function imageOf({ succeeded }: Gallery): string {
  return `${home(succeeded)}/images/${succeeded.digest}`;
}

/** Refused without a call: an inner address that the operator has not named. */
async function tryCredential(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Try: / }).click();
  await page.getByText('is on an inner address').waitFor();
}

async function retag(page: Page): Promise<void> {
  await page.keyboard.press('t');
  await page.getByRole('dialog').getByRole('textbox').and(page.locator(':focus')).waitFor();
  await page.keyboard.type('stable');
  await page.getByRole('dialog').getByRole('button', { name: 'Move the tag' }).waitFor();
}
