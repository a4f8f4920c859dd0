import type { Page } from 'playwright-core';
import { at, buildAt, type GalleryPage, home, inProject, keys, refused } from '../gallery-page.js';

/** Lists of builds, and a build in each state and view. */
export const listPages: readonly GalleryPage[] = [
  { name: 'overview', path: at('/') },
  { name: 'overview-offline', path: at('/'), act: goOffline, complaint: /ERR_INTERNET_DISCONNECTED|WebSocket/ },
  { name: 'session-ended', path: at('/'), act: endSession, complaint: refused(401) },
  { name: 'key-sheet', path: at('/'), act: keys('?') },
  { name: 'palette', path: at('/'), act: keys('Control+k') },
  { name: 'palette-found', path: at('/'), act: findInPalette },
  { name: 'account-menu', path: at('/'), act: (page) => page.getByRole('button', { name: /^Account/ }).click() },
  { name: 'builds', path: at('/builds') },
  { name: 'builds-failed', path: at('/builds?filter=is%3Afailed') },
  { name: 'builds-by-commit', path: at('/builds?group=commit') },
  { name: 'builds-by-failure', path: at('/builds?group=failure') },
  { name: 'builds-nothing-found', path: at('/builds?filter=is%3Aawaiting-approval') },
  { name: 'builds-filter-unknown', path: at('/builds?filter=colour%3Ablue') },
  { name: 'builds-selected', path: at('/builds'), act: keys('j', 'x', 'j', 'x') },
  { name: 'builds-peek', path: at('/builds?filter=is%3Afailed'), act: peek },
];

export const buildPages: readonly GalleryPage[] = [
  { name: 'build-succeeded', path: buildAt('succeeded') },
  { name: 'build-failed', path: buildAt('failed') },
  { name: 'build-failed-line', path: buildAt('failed'), act: pickLine },
  { name: 'build-failed-search', path: buildAt('failed'), act: searchLog },
  { name: 'build-failed-wrapped', path: buildAt('failed'), act: wrapLines },
  { name: 'build-failed-dockerfile', path: buildAt('failed', '?view=dockerfile') },
  { name: 'build-timeline', path: buildAt('succeeded', '?view=timeline') },
  { name: 'build-cache', path: buildAt('succeeded', '?view=cache') },
  { name: 'build-cache-borrowed', path: buildAt('borrowing', '?view=cache') },
  { name: 'build-cache-none', path: buildAt('defined', '?view=cache') },
  { name: 'build-cache-of-targets', path: buildAt('corked', '?view=cache') },
  { name: 'build-inputs', path: buildAt('succeeded', '?view=inputs') },
  { name: 'build-of-targets', path: buildAt('defined') },
  { name: 'build-inputs-definition', path: buildAt('defined', '?view=inputs') },
  { name: 'build-dockerfile-notes', path: buildAt('defined', '?view=dockerfile') },
  { name: 'build-failed-attempts', path: buildAt('failed', '?view=attempts') },
  { name: 'build-invalid', path: buildAt('invalid') },
  { name: 'build-canceled', path: buildAt('canceled') },
  { name: 'build-timed-out', path: buildAt('timedOut') },
  { name: 'build-running', path: buildAt('running') },
  { name: 'build-running-timeline', path: buildAt('running', '?view=timeline') },
  { name: 'build-queued', path: buildAt('queued') },
  { name: 'build-as-member', path: buildAt('failed'), as: 'member' },
  {
    name: 'compare',
    path: ({ succeeded, failed }) => `${home(succeeded)}/compare?a=${succeeded.number}&b=${failed.number}`,
  },
  { name: 'compare-nothing', path: inProject('/compare') },
];

async function goOffline(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await page.getByText('The service does not answer').waitFor();
}

async function endSession(page: Page): Promise<void> {
  await page.context().clearCookies();
  // Waits for the sign-in, as whatever the page asks for does.
  await page.evaluate('void fetch("/api/v1/builds")');
  await page.getByRole('dialog', { name: 'Your session has ended' }).getByLabel('Password').waitFor();
}

async function findInPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type('cask');
  await page.getByRole('option', { name: /cask/i }).first().waitFor();
}

async function peek(page: Page): Promise<void> {
  await keys('j', 'o')(page);
  await page.getByRole('complementary').locator('li').first().waitFor();
}

async function pickLine(page: Page): Promise<void> {
  await page.getByRole('log').getByRole('link').last().click();
  await page.getByRole('button', { name: /^Copy/ }).first().waitFor();
}

async function wrapLines(page: Page): Promise<void> {
  await page.keyboard.press('w');
  await page.getByRole('button', { name: 'Wrap long lines', pressed: true }).waitFor();
}

async function searchLog(page: Page): Promise<void> {
  await page.keyboard.press('/');
  await page.getByRole('searchbox').and(page.locator(':focus')).waitFor();
  await page.keyboard.type('package');
  await page.keyboard.press('Enter');
  await page.locator('mark').first().waitFor();
}
