import type { Build } from '@cooperage/contracts';
import type { Page } from 'playwright-core';
import type { Gallery } from './gallery.js';

/** One page in one state. A new page is one more line: it is then checked and drawn with all others. */
export interface GalleryPage {
  /** Says what is seen; also the name of its pictures. */
  readonly name: string;
  readonly path: (gallery: Gallery) => string;
  /** What a person does first: opens a dialog, for instance. */
  readonly act?: (page: Page) => Promise<unknown>;
  /** False for what strangers see. True by default. */
  readonly signedIn?: boolean;
  /** What the page, or something on it, is answered where that is an error: the browser complains of it. */
  readonly refusal?: number;
}

const home = (build: Build) => `/p/${build.organizationSlug}/${build.projectSlug}`;
const view =
  (which: keyof Omit<Gallery, 'empty' | 'close'>, search = '') =>
  (gallery: Gallery) =>
    `${home(gallery[which])}/b/${gallery[which].number}${search}`;
const project =
  (rest = '') =>
  ({ succeeded }: Gallery) =>
    home(succeeded) + rest;
const at = (path: string) => () => path;

export const galleryPages: readonly GalleryPage[] = [
  { name: 'overview', path: at('/') },
  { name: 'key-sheet', path: at('/'), act: (page) => page.keyboard.press('?') },
  { name: 'builds', path: at('/builds') },
  { name: 'builds-failed', path: at('/builds?filter=is%3Afailed') },
  { name: 'builds-nothing-found', path: at('/builds?filter=is%3Aawaiting_approval') },
  { name: 'projects', path: at('/projects') },
  { name: 'project-new', path: at('/projects/new') },
  { name: 'project', path: project() },
  { name: 'project-empty', path: ({ empty }) => empty },
  { name: 'project-build-now', path: project(), act: (page) => page.keyboard.press('b') },
  { name: 'project-images', path: project('/images') },
  { name: 'project-images-empty', path: ({ empty }) => `${empty}/images` },
  { name: 'project-deliveries', path: project('/deliveries') },
  { name: 'project-deliveries-empty', path: ({ empty }) => `${empty}/deliveries` },
  { name: 'project-settings', path: project('/settings') },
  { name: 'delivery', path: ({ succeeded }) => `${home(succeeded)}/deliveries/${succeeded.deliveryId}` },
  { name: 'image', path: ({ succeeded }) => `${home(succeeded)}/images/${succeeded.digest}` },
  { name: 'build-succeeded', path: view('succeeded') },
  { name: 'build-failed', path: view('failed') },
  { name: 'build-failed-dockerfile', path: view('failed', '?view=dockerfile') },
  { name: 'build-failed-inputs', path: view('failed', '?view=inputs') },
  { name: 'build-failed-attempts', path: view('failed', '?view=attempts') },
  { name: 'build-invalid', path: view('invalid') },
  { name: 'build-canceled', path: view('canceled') },
  { name: 'build-timed-out', path: view('timedOut') },
  { name: 'build-running', path: view('running') },
  { name: 'build-queued', path: view('queued') },
  { name: 'workers', path: at('/workers') },
  { name: 'members', path: at('/members') },
  { name: 'tokens', path: at('/tokens') },
  { name: 'not-found', path: at('/p/nobody/nothing'), refusal: 404 },
  { name: 'sign-in', path: at('/sign-in'), signedIn: false },
  { name: 'invitation-unknown', path: at('/invitation#unknown'), signedIn: false, refusal: 404 },
];
