import type { GalleryPage } from '../gallery/gallery-page.js';
import { type Look, looks, pictureFile } from './looks.js';

const intro = `# Every page, as it looks

Made by \`./cooperage screens\` from a running product: builds that really succeeded, failed, were canceled, ran out of time, run
and wait. Each in light and dark, 1280 and 360 px wide. The list of pages is \`e2e/src/gallery/pages\`.`;

const wide = looks.filter(({ width }) => width > 500);
const narrow = looks.filter(({ width }) => width <= 500);

/** The index of the folder, for somebody who would rather look than read. */
export function indexPage(areas: Readonly<Record<string, readonly GalleryPage[]>>): string {
  const parts = Object.entries(areas).flatMap(([area, pages]) => [
    `## ${capital(area)}`,
    ...pages.map(
      ({ name }) => `### ${capital(name.replaceAll('-', ' '))}\n\n${row(name, wide, 440)}\n${row(name, narrow, 160)}`,
    ),
  ]);
  return `${[intro, ...parts].join('\n\n')}\n`;
}

function row(name: string, some: readonly Look[], width: number): string {
  return some
    .map((look) => `<img src="${pictureFile(name, look)}" width="${width}" alt="${name}, ${look.title}">`)
    .join('\n');
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
