import type { Bench, Benchmark, Finding, Measured } from '../../benchmark.js';
import { findingOfPairs } from '../../findings.js';
import { checkout } from '../../run.js';
import { PageBrowser } from '../page-browser.js';
import { startEmptyNext } from './empty-next.js';
import { mainPages } from './main-pages.js';
import { type PagePaint, pagePaint } from './page-paint.js';

export const pagePaints: Benchmark = {
  id: 'P9',
  about: [
    'LCP: largest contentful paint with the processor slowed down four times, caches warm on both sides, in pairs with the',
    '  empty application; its page asks nobody for anything, ours asks the database',
    'CLS: the most that moved without a hand on it in any of these visits, as a score; nothing may move',
  ],
  run: measure,
};

interface Visit {
  readonly ours: PagePaint;
  readonly theirs: PagePaint;
}

async function measure({ world, amount, random, signal, say }: Bench): Promise<Measured> {
  const browser = await PageBrowser.start();
  const empty = await startEmptyNext(checkout);
  try {
    const pages = await mainPages(world.product);
    const [us, them] = [await browser.reader(world.product), await browser.reader()];
    const visits = new Map(Object.keys(pages).map((name) => [name, [] as Visit[]]));
    // The first visit of each fills its cache.
    for (let at = -1; at < amount.pairs; at++) {
      signal.throwIfAborted();
      const theirs = await pagePaint(them, empty.origin);
      for (const [name, address] of Object.entries(pages)) {
        const ours = await pagePaint(us, world.product.origin + address);
        if (at >= 0) visits.get(name)?.push({ ours, theirs });
      }
      if ((at + 1) % 5 === 0 && at > 0) say(`painted ${at + 1} of ${amount.pairs} times`);
    }
    const findings = [...visits].flatMap(([name, of]) => [
      findingOfPairs(
        `P9/lcp-${name}`,
        of.map(({ ours, theirs }) => ({ ours: ours.largestMs, theirs: theirs.largestMs })),
        random,
      ),
      shiftFinding(
        `P9/cls-${name}`,
        of.map(({ ours }) => ours.shift),
      ),
    ]);
    return { findings };
  } finally {
    await empty.close();
    await browser.close();
  }
}

/** Compared with a page on which nothing moves, so the score itself stands for the ratio. */
function shiftFinding(id: string, shifts: readonly number[]): Finding {
  const worst = Math.max(...shifts);
  return {
    ...{ id, ours: worst.toFixed(4), theirs: 'nothing', pairs: shifts.length },
    ratio: { value: worst, low: worst, high: worst },
  };
}
