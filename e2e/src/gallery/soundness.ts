import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 AA, and what its authors advise beside it. */
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe-core finds wrong with the page as it stands, by these rules or all of them, one line for each element. */
export async function barriers(page: Page, rules: readonly string[] = standards): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe);
  const options = { runOnly: rules, resultTypes: ['violations'], preload: false };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any, all, none }) => `${id}: ${target.join(' ')}: ${[...any, ...all, ...none][0]?.message}`),
  );
}

/** Runs in the page before anything else: what moved without a hand on it. Scrolling moves nothing in this sense. */
export const noteShifts = `globalThis.shifts = [];
new PerformanceObserver((list) => {
  const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(',');
  for (const { hadRecentInput, value, sources } of list.getEntries())
    // What moves by less than a pixel is seen by no one.
    if (!hadRecentInput && sources.some(({ previousRect, currentRect }) => box(previousRect) !== box(currentRect)))
      shifts.push(value.toFixed(4) + ' ' + sources.map(({ node, previousRect, currentRect }) =>
        (node?.nodeType === 1 ? node : node?.parentElement)?.outerHTML.slice(0, 120) + ' ' +
        box(previousRect) + ' to ' + box(currentRect)).join(' and '));
}).observe({ type: 'layout-shift', buffered: true });`;

/** What moved on the page since it was opened, without a hand on it. */
export function shifts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>('shifts');
}

/** Nothing is on its way any more, and what came is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  await page.getByText('Reading the log.').waitFor({ state: 'detached' });
  await page.evaluate(
    'document.fonts.ready.then(() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen))))',
  );
}
