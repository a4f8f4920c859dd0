import { seedLog } from '@cooperage/e2e';
import type { Bench, Benchmark, Finding, Measured } from '../../benchmark.js';
import { findingOfBlocks, findingOfPairs } from '../../findings.js';
import { bootstrap } from '../../measure/bootstrap.js';
import { median } from '../../measure/quantile.js';
import type { Pair } from '../../measure/ratio.js';
import { fewestPairs } from '../../measure/verdict.js';
import { milliseconds } from '../../report/format.js';
import { aFinishedBuild, type FinishedBuild } from '../finished-build.js';
import { PageBrowser } from '../page-browser.js';
import { heapFinding } from './heap-finding.js';
import { type LogVisit, type SeededPage, visitLog } from './log-visit.js';
import { logviewer } from './logviewer.js';
import { peerFindings } from './peer.js';

const short = 1_000;
/** Two frames of a screen that shows sixty a second, in milliseconds, and a little for its clock. */
const twoFrames = 34;

export const longLog: Benchmark = {
  id: 'P7',
  about: [
    'ours: the page of a build whose log has 1,000,000 lines; theirs: the same page with 1,000 lines, in pairs',
    'open: navigation to the first line on screen; end: the End key to the last line; search: typing to the exact count;',
    '  frame: 95th percentile of the time between frames while the wheel turns; late: frames in one visit that took longer',
    '  than two of the screen; heap: live script objects after all of it',
    `peer: ${logviewer} in a page of its own, as its documentation advises (stream), the same log served from a file;`,
    '  open: navigation to the first line on screen; heap: after it has loaded the log, ours after all that is done above',
  ],
  run: measure,
};

interface VisitPair {
  readonly ours: LogVisit;
  readonly theirs: LogVisit;
}

async function measure(bench: Bench): Promise<Measured> {
  const { world, amount, say } = bench;
  const build = await aFinishedBuild(world.product);
  const lines = amount.logLines;
  say(`writing a log of ${lines.toLocaleString('en')} lines and one of ${short.toLocaleString('en')}`);
  const [big, small] = [await seeded(bench, build, lines), await seeded(bench, build, short)];
  const pairs = await visits(bench, big.page, small.page);
  const findings = [...findingsOf(bench, pairs), ...(await peerFindings(bench, big.page, big.buildId))];
  if (lines === amount.fullLogLines) return { findings };
  say(`these numbers are of a log of ${lines.toLocaleString('en')} lines: they decide nothing`);
  return { findings: findings.map((finding) => ({ ...finding, pairs: Math.min(finding.pairs, fewestPairs - 1) })) };
}

async function visits({ world, amount, signal, say }: Bench, big: SeededPage, small: SeededPage): Promise<VisitPair[]> {
  const browser = await PageBrowser.start();
  try {
    const context = await browser.reader(world.product);
    // The first visit of each fills caches on both sides.
    for (const page of [small, big]) await visitLog(context, page);
    const pairs: VisitPair[] = [];
    while (pairs.length < amount.pairs) {
      signal.throwIfAborted();
      const theirs = await visitLog(context, small);
      const ours = await visitLog(context, big);
      pairs.push({ ours, theirs });
      say(`${pairs.length} of ${amount.pairs}: ${words(ours)}; ${words(theirs)}`);
    }
    return pairs;
  } finally {
    await browser.close();
  }
}

function words({ open, end, search }: LogVisit): string {
  return `open ${milliseconds(open)}, end ${milliseconds(end)}, search ${milliseconds(search)}`;
}

function findingsOf({ random }: Bench, pairs: readonly VisitPair[]): Finding[] {
  const sides = (of: (visit: LogVisit) => number): Pair[] =>
    pairs.map(({ ours, theirs }) => ({ ours: of(ours), theirs: of(theirs) }));
  const times = (['open', 'end', 'search'] as const).map((name) =>
    findingOfPairs(
      `P7/${name}`,
      sides((visit) => visit[name]),
      random,
    ),
  );
  const frames = pairs.map(({ ours, theirs }) => ({ ours: ours.frames, theirs: theirs.frames }));
  return [
    ...times,
    findingOfBlocks('P7/frame', frames, 0.95, random),
    lateFinding(
      sides(({ frames: taken }) => taken.filter((ms) => ms > twoFrames).length),
      random,
    ),
    heapFinding(
      'P7/heap',
      sides((visit) => visit.heapBytes),
      random,
    ),
  ];
}

/** None may be late, so the number itself stands for the ratio. */
function lateFinding(pairs: readonly Pair[], random: Bench['random']): Finding {
  const typical = (side: keyof Pair) => median(pairs.map((pair) => pair[side]));
  return {
    ...{ id: 'P7/late', ours: String(typical('ours')), theirs: String(typical('theirs')), pairs: pairs.length },
    ratio: bootstrap(
      pairs.map(({ ours }) => ours),
      median,
      random,
    ),
  };
}

async function seeded({ world }: Bench, build: FinishedBuild, lines: number) {
  const { buildId, number } = await seedLog({
    databaseUrl: world.product.databaseUrl,
    likeBuildId: build.buildId,
    lines,
  });
  const found = Math.floor((lines * 0.15) / 1000);
  const page: SeededPage = { url: `${world.product.origin}${build.home}/b/${number}`, lines, found };
  return { buildId, page };
}
