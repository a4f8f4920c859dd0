import type { Bench, Benchmark, Finding, Measured } from '../../benchmark.js';
import { kibibytes } from '../../report/format.js';
import { checkout } from '../../run.js';
import { PageBrowser } from '../page-browser.js';
import { startEmptyNext } from './empty-next.js';
import { mainPages } from './main-pages.js';
import { scriptWeight } from './script-weight.js';

export const routeWeights: Benchmark = {
  id: 'P9',
  about: [
    'theirs: an application of the same Next and React with one page of one word, built here',
    'ours: each route as somebody opens it who has seen nothing yet; all scripts that it loads until its network is quiet',
    'weight: each script compressed by gzip -9, summed; counted, so there is one number and no interval',
  ],
  run: measure,
};

async function measure({ world, signal, say }: Bench): Promise<Measured> {
  const browser = await PageBrowser.start();
  say('building an empty application of the same Next');
  const empty = await startEmptyNext(checkout);
  try {
    const { overview, history, log } = await mainPages(world.product);
    const routes = { overview, history, builds: '/builds', log, images: '/images', settings: '/settings' };
    const theirs = await scriptWeight(await browser.reader(), empty.origin);
    const findings: Finding[] = [];
    for (const [name, route] of Object.entries(routes)) {
      signal.throwIfAborted();
      const ours = await scriptWeight(await browser.reader(world.product), world.product.origin + route);
      findings.push(countedFinding(`P9/${name}`, ours, theirs));
    }
    return { findings };
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
