import type { Bench, Benchmark, Finding, Measured } from '../../benchmark.js';
import { findingOfPairs } from '../../findings.js';
import { interleave } from '../../measure/interleave.js';
import { kibibytes } from '../../report/format.js';
import { checkout } from '../../run.js';
import { aFinishedBuild } from '../finished-build.js';
import { PageBrowser } from '../page-browser.js';
import { startEmptyNext } from './empty-next.js';
import { largestPaintMs } from './largest-paint.js';
import { scriptWeight } from './script-weight.js';

export const routeWeights: Benchmark = {
  id: 'P9',
  about: [
    'theirs: an application of the same Next and React with one page of one word, built here',
    'ours: each route as somebody opens it who has seen nothing yet; all scripts that it loads until its network is quiet',
    'weight: each script compressed by gzip -9, summed; counted, so there is one number and no interval',
    'LCP: largest contentful paint with the processor slowed down four times, caches warm on both sides, in pairs',
  ],
  run: measure,
};

async function measure({ world, amount, random, signal, say }: Bench): Promise<Measured> {
  const browser = await PageBrowser.start();
  say('building an empty application of the same Next');
  const empty = await startEmptyNext(checkout);
  try {
    const { home, number } = await aFinishedBuild(world.product);
    const routes = {
      overview: '/',
      history: home,
      builds: '/builds',
      log: `${home}/b/${number}`,
      images: '/images',
      settings: '/settings',
    };
    const theirs = await scriptWeight(await browser.reader(), empty.origin);
    const findings: Finding[] = [];
    for (const [name, route] of Object.entries(routes)) {
      signal.throwIfAborted();
      const ours = await scriptWeight(await browser.reader(world.product), world.product.origin + route);
      findings.push(countedFinding(`P9/${name}`, ours, theirs));
    }
    const [us, them] = [await browser.reader(world.product), await browser.reader()];
    const paints = await interleave(
      amount.pairs,
      {
        theirs: () => largestPaintMs(them, empty.origin),
        ours: () => largestPaintMs(us, world.product.origin + routes.log),
      },
      signal,
    );
    return { findings: [...findings, findingOfPairs('P9/lcp', paints, random)] };
  } finally {
    await empty.close();
    await browser.close();
  }
}

function countedFinding(id: string, ours: number, theirs: number): Finding {
  const value = ours / theirs;
  return {
    ...{ id, ours: kibibytes(ours), theirs: kibibytes(theirs), pairs: 1, counted: true },
    ratio: { value, low: value, high: value },
  };
}
