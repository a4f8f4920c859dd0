import type { Page } from 'playwright-core';
import { Inexact } from '../../measure/inexact.js';

/** The longest that one thing which somebody does to a log may take, in milliseconds: a page that needs it is broken. */
const phaseMs = 60_000;

/** Runs one part of a visit within its time. @returns milliseconds. @throws {Inexact} which says what did not come about */
export async function phase(name: string, work: () => Promise<unknown>, withinMs = phaseMs): Promise<number> {
  const began = performance.now();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Inexact(`"${name}" did not end within ${withinMs / 1000} s`)), withinMs);
  try {
    const done = work();
    done.catch(() => {});
    await Promise.race([done, late]);
  } catch (error) {
    throw error instanceof Inexact ? error : new Inexact(`"${name}": ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
  return performance.now() - began;
}

/** Closes a page whatever became of it: what happens on it may never end. */
export async function closePage(page: Page): Promise<void> {
  await phase('closing the page', () => page.close(), 10_000).catch(() => 0);
}
