import type { BrowserContext, Page } from 'playwright-core';
import { demand } from '../../measure/inexact.js';
import { heapBytes } from '../page-browser.js';
import { onScreen } from './on-screen.js';
import { closePage, phase } from './phase.js';

/** What one visit of a log cost. Times in milliseconds. */
export interface LogVisit {
  readonly open: number;
  readonly end: number;
  readonly search: number;
  /** Between two frames while the wheel turns. */
  readonly frames: readonly number[];
  readonly heapBytes: number;
}

export interface SeededPage {
  readonly url: string;
  readonly lines: number;
  /** How many lines of the last step hold `needle-4-`, which every thousandth does. */
  readonly found: number;
}

const wheelTurns = 60;

/** Opens the page of a log, goes to its end, searches it and scrolls in it, as a person does with a keyboard and a wheel. */
export async function visitLog(context: BrowserContext, { url, lines, found }: SeededPage): Promise<LogVisit> {
  const page = await context.newPage();
  try {
    const log = page.getByRole('log');
    const open = await phase('opening the log', async () => {
      await page.goto(url, { waitUntil: 'commit' });
      await onScreen(page, '[role=log] .log-row');
    });
    await phase('reading the number of its lines', () =>
      page.getByText(`${lines.toLocaleString('en')} lines`, { exact: true }).waitFor(),
    );
    const last = Math.floor(lines * 0.15);
    const end = await phase('going to its last line', async () => {
      await log.press('End');
      await onScreen(page, `[role=log] a[aria-label="Line ${last} of ${last}"]`);
    });
    const search = await phase('searching it', async () => {
      await page.getByRole('searchbox', { name: 'Search the log' }).fill('needle-4-');
      const words = found === 0 ? 'No line' : found === 1 ? '1 line' : `${found.toLocaleString('en')} lines`;
      await onScreen(page, 'search output', words);
    });
    const frames: number[] = [];
    await phase('scrolling in it', async () => frames.push(...(await framesWhileScrolling(page))));
    let bytes = Number.NaN;
    await phase('counting its heap', async () => {
      bytes = await heapBytes(page);
    });
    demand(Number.isFinite(bytes), 'the browser does not tell its heap');
    return { open, end, search, frames, heapBytes: bytes };
  } finally {
    await closePage(page);
  }
}

async function framesWhileScrolling(page: Page): Promise<number[]> {
  await page.getByRole('log').hover();
  await page.evaluate(`window.frames_ = []; (function next(before) {
    requestAnimationFrame((now) => { window.frames_.push(now - before); next(now); });
  })(performance.now())`);
  for (let turn = 0; turn < wheelTurns; turn++) await page.mouse.wheel(0, -400);
  return page.evaluate<number[]>('window.frames_.slice(1)');
}
