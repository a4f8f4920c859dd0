import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 AA, and what its authors advise beside it. */
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that another colour scheme can break. */
export const colourRules = ['color-contrast', 'link-in-text-block'];

/** What axe-core finds wrong with the page as it stands, by these rules or all of them, one line for each element. */
export async function barriers(page: Page, rules: readonly string[] = standards): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe);
  const options = { runOnly: rules, resultTypes: ['violations'], preload: false };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any, all, none }) => `${id}: ${target.join(' ')}: ${[...any, ...all, ...none][0]?.message}`),
  );
}

/** Whatever ticks on a page does so at one of these paces, milliseconds: `lib/time/clock.ts` of the pages. */
const paces = [1000, 15_000];

/**
 * Runs in the page before anything else. Notes what moved without a hand on it; scrolling moves nothing in this sense. And
 * gives `passTime`, which moves the clock on and lets all that ticks do so.
 */
export const noteShifts = `{
  const { setInterval } = globalThis;
  const { now } = Date;
  const shifts = [];
  const clocks = new Set();
  let ahead = 0;
  const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(',');
  const words = ({ node, previousRect, currentRect }) =>
    (node?.nodeType === 1 ? node : node?.parentElement)?.outerHTML.slice(0, 120) + ' ' +
    box(previousRect) + ' to ' + box(currentRect);
  // A part of a pixel is seen by no one, and rounds to a pixel of width where it stands between two.
  const moved = ({ previousRect: a, currentRect: b }) =>
    ['x', 'y'].some((side) => Math.abs(a[side] - b[side]) >= 1) ||
    ['width', 'height'].some((side) => Math.abs(a[side] - b[side]) > 1);
  const note = (entries) => {
    for (const { hadRecentInput, value, sources } of entries)
      if (!hadRecentInput && sources.some(moved))
        shifts.push(value.toFixed(4) + ' ' + sources.map(words).join(' and '));
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  globalThis.takeShifts = () => {
    note(observer.takeRecords());
    return shifts.splice(0);
  };
  Date.now = () => now() + ahead;
  globalThis.setInterval = (work, ms, ...rest) => {
    if (${JSON.stringify(paces)}.includes(ms)) clocks.add(work);
    return setInterval(work, ms, ...rest);
  };
  globalThis.passTime = (ms) => {
    ahead += ms;
    for (const each of clocks) each();
  };
}`;

/** What moved on the page since it was opened, or since this was asked last, without a hand on it. */
export function shifts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>('takeShifts()');
}

const frames = 'new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))';

/** Seconds tick, and moments grow old: past ten seconds, a minute, ten minutes. */
export async function timePasses(page: Page): Promise<void> {
  for (const ms of [1000, 10_000, 60_000, 600_000]) await page.evaluate(`passTime(${ms}); ${frames}`);
}

/** Nothing is on its way any more, and what came is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
  for (const words of ['Reading the log.', 'Reading the files'])
    await page.getByText(words).first().waitFor({ state: 'detached' });
  await page.evaluate(`document.fonts.ready.then(() => ${frames})`);
}
