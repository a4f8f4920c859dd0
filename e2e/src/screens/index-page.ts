import { looks, pictureFile } from './looks.js';

const intro = `# Every page, as it looks

Made by \`./cooperage screens\` from a running product: builds that really succeeded, failed, were canceled, ran out of time, run
and wait. Each in light and dark, 1280 and 360 px wide. The list of pages is \`e2e/src/gallery/pages.ts\`.`;

/** The index of the folder, for somebody who would rather look than read. */
export function indexPage(names: readonly string[]): string {
  const parts = names.map((name) => {
    const wide = looks.filter(({ width }) => width > 500);
    const narrow = looks.filter(({ width }) => width <= 500);
    const row = (some: readonly (typeof looks)[number][], width: number) =>
      some
        .map((look) => `<img src="${pictureFile(name, look)}" width="${width}" alt="${name}, ${look.title}">`)
        .join('\n');
    return `## ${name.replaceAll('-', ' ')}\n\n${row(wide, 440)}\n${row(narrow, 160)}`;
  });
  return `${[intro, ...parts].join('\n\n')}\n`;
}
