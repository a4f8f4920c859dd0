import { seedLog } from '@cooperage/e2e';
import type { Bench, Benchmark, Finding, Measured } from '../../benchmark.js';
import { findingOfBlocks, findingOfPairs } from '../../findings.js';
import { median } from '../../measure/quantile.js';
import { type Pair, pairRatio } from '../../measure/ratio.js';
import { kibibytes } from '../../report/format.js';
import { aFinishedBuild, type FinishedBuild } from '../finished-build.js';
import { PageBrowser } from '../page-browser.js';
import { type LogVisit, type SeededPage, visitLog } from './log-visit.js';

const long = 1_000_000;
const short = 1_000;

export const longLog: Benchmark = {
  id: 'P7',
  about: [
    'ours: the page of a build whose log has 1,000,000 lines; theirs: the same page with 1,000 lines, in pairs',
    'open: navigation to the first line on screen; end: the End key to the last line; search: typing to the exact count;',
    '  frame: 95th percentile of the time between frames while the wheel turns; heap: live script objects after all of it',
  ],
  run: measure,
};

interface VisitPair {
  readonly ours: LogVisit;
  readonly theirs: LogVisit;
}

async function measure(bench: Bench): Promise<Measured> {
  const { world, amount, random, signal, say } = bench;
  const browser = await PageBrowser.start();
  try {
    const build = await aFinishedBuild(world.product);
    say('writing a log of 1,000,000 lines and one of 1,000');
    const [big, small] = [await seeded(bench, build, long), await seeded(bench, build, short)];
    const context = await browser.reader(world.product);
    // The first visit of each fills caches on both sides.
    for (const page of [small, big]) await visitLog(context, page);
    const pairs: VisitPair[] = [];
    for (let at = 0; at < amount.pairs; at++) {
      signal.throwIfAborted();
      const theirs = await visitLog(context, small);
      pairs.push({ ours: await visitLog(context, big), theirs });
      if ((at + 1) % 5 === 0) say(`${at + 1} of ${amount.pairs} pairs`);
    }
    const timesOf = (of: (visit: LogVisit) => number): Pair[] =>
      pairs.map(({ ours, theirs }) => ({ ours: of(ours), theirs: of(theirs) }));
    const heaps = timesOf((visit) => visit.heapBytes);
    return {
      findings: [
        findingOfPairs(
          'P7/open',
          timesOf((visit) => visit.open),
          random,
        ),
        findingOfPairs(
          'P7/end',
          timesOf((visit) => visit.end),
          random,
        ),
        findingOfPairs(
          'P7/search',
          timesOf((visit) => visit.search),
          random,
        ),
        findingOfBlocks(
          'P7/frame',
          pairs.map(({ ours, theirs }) => ({ ours: ours.frames, theirs: theirs.frames })),
          0.95,
          random,
        ),
        heapFinding('P7/heap', heaps, bench),
      ],
    };
  } finally {
    await browser.close();
  }
}

async function seeded({ world }: Bench, build: FinishedBuild, lines: number): Promise<SeededPage> {
  const { number } = await seedLog({
    databaseUrl: world.product.databaseUrl,
    likeBuildId: build.buildId,
    lines,
  });
  const found = Math.floor((lines * 0.15) / 1000);
  return { url: `${world.product.origin}${build.home}/b/${number}`, lines, found };
}

function heapFinding(id: string, pairs: readonly Pair[], { random }: Pick<Bench, 'random'>): Finding {
  const typical = (side: keyof Pair) => kibibytes(median(pairs.map((pair) => pair[side])));
  return { id, ours: typical('ours'), theirs: typical('theirs'), ratio: pairRatio(pairs, random), pairs: pairs.length };
}
