import type { Bound } from './measure/verdict.js';
import { hogs } from './neighbour/hogs.js';

export interface Goal {
  /** Of the finding that it judges. */
  readonly id: string;
  readonly metric: string;
  readonly comparedWith: string;
  readonly bound: Bound;
}

const road = 'webhook POST -> image pushed, signed in both formats, attested, verified, tagged';
const script = 'the raw script';
const claim = '2xx sent -> a builder has claimed the attempt, time inside git left out';
const intake = 'webhooks accepted a second, each durable before its 202';
const line = 'a step writes a line -> a WebSocket client has it';
const sign = 'both signature formats and SLSA provenance, made and pushed';

const fanout = 'lines delivered to 100 viewers for a CPU second of the server';
const windowOf = '1,000 lines from anywhere in a log of 1,000,000';
const pageOne = 'page 1 of 1,000 builds';
const small = 'the same page with 1,000 lines';
const peer = 'react-logviewer with the same log';
const empty = 'an empty application of the same Next';

/** All goals are ratios, ours to theirs; an absolute time says nothing on a shared machine. */
export const goals: readonly Goal[] = [
  { id: 'P1/no-op', metric: road, comparedWith: `${script}, nothing changed`, bound: { atMost: 0.2 } },
  { id: 'P1/one-file', metric: road, comparedWith: `${script}, one file changed`, bound: { atMost: 0.38 } },
  { id: 'P1/cold', metric: road, comparedWith: `${script}, empty caches`, bound: { atMost: 0.72 } },
  { id: 'P2/p99', metric: claim, comparedWith: 'raw BullMQ, add -> processor, p99', bound: { atMost: 2.5 } },
  { id: 'P2/poller', metric: claim, comparedWith: 'a poller that looks every second, p99', bound: { atMost: 1 / 40 } },
  { id: 'P3/rate', metric: intake, comparedWith: 'a bare server that stores nothing', bound: { atLeast: 0.7 } },
  {
    id: 'P3/burst',
    metric: 'lost of 1,000 webhooks of 200 projects in a second',
    comparedWith: 'none',
    bound: { atMost: 0 },
  },
  {
    id: 'P3/evaluated',
    metric: '1,000 webhooks of 200 projects in a second, until all are evaluated',
    comparedWith: 'one webhook for each of the 200',
    bound: { atMost: 1.5 },
  },
  {
    id: 'P3/overload',
    metric: 'webhooks accepted a second at five times the rate',
    comparedWith: 'the rate',
    bound: { atLeast: 0.95 },
  },
  { id: 'P4/p50', metric: line, comparedWith: "the engine's bare status stream, p50", bound: { atMost: 4 } },
  { id: 'P4/p99', metric: line, comparedWith: "the engine's bare status stream, p99", bound: { atMost: 8 } },
  { id: 'P4/client-p50', metric: line, comparedWith: "BuildKit's own client, p50", bound: { atMost: 1 } },
  { id: 'P4/client-p99', metric: line, comparedWith: "BuildKit's own client, p99", bound: { atMost: 1 } },
  { id: 'P4/flusher', metric: line, comparedWith: 'one that flushes every second, p99', bound: { atMost: 1 / 50 } },
  { id: 'P5/socket.io', metric: fanout, comparedWith: 'socket.io that emits each line', bound: { atLeast: 25 } },
  { id: 'P5/ws', metric: fanout, comparedWith: 'raw ws, frames of 50 lines', bound: { atLeast: 0.85 } },
  {
    id: 'P5/stuck',
    metric: `${fanout}, beside one that is stuck`,
    comparedWith: 'without that one',
    bound: { atLeast: 0.98 },
  },
  {
    id: 'P6/ingest',
    metric: 'lines of a log stored and published',
    comparedWith: 'XADD, pipelines of 16',
    bound: { atLeast: 0.5 },
  },
  {
    id: 'P6/size',
    metric: 'stored size of a log of 1,000,000 lines',
    comparedWith: 'its raw bytes',
    bound: { atMost: 0.25 },
  },
  { id: 'P6/window', metric: windowOf, comparedWith: 'one row by its primary key', bound: { atMost: 1.5 } },
  { id: 'P6/window-depth', metric: windowOf, comparedWith: 'the first 1,000 lines', bound: { atMost: 1.5 } },
  {
    id: 'P8/deep',
    metric: 'a page of builds at 95 % of 2,000,000, p99',
    comparedWith: pageOne,
    bound: { atMost: 1.3 },
  },
  {
    id: 'P8/filter',
    metric: 'failed builds at 95 % of 2,000,000, p99',
    comparedWith: `${pageOne}, the same filter`,
    bound: { atMost: 1.3 },
  },
  ...['count', 'overview', 'badge'].map(
    (what): Goal => ({
      id: `P8/${what}`,
      metric: `${what}, beside 2,000,000 builds, p99`,
      comparedWith: 'the same beside 1,000 builds',
      bound: { atMost: 1.3 },
    }),
  ),
  {
    id: 'P8/sql',
    metric: 'a page of builds at 95 % of 2,000,000, p99',
    comparedWith: 'the bare SQL',
    bound: { atMost: 3 },
  },
  { id: 'P11/wall', metric: sign, comparedWith: 'cosign doing the same, wall time', bound: { atMost: 1 / 15 } },
  { id: 'P11/cpu', metric: sign, comparedWith: 'cosign doing the same, CPU time', bound: { atMost: 1 / 20 } },
  { id: 'P11/batch', metric: `${sign}, 100 images`, comparedWith: 'cosign, one by one', bound: { atMost: 1 / 40 } },
  {
    id: 'P7/open',
    metric: 'a log of 1,000,000 lines: open -> first line',
    comparedWith: small,
    bound: { atMost: 1.2 },
  },
  { id: 'P7/end', metric: 'a log of 1,000,000 lines: End -> last line', comparedWith: small, bound: { atMost: 1.2 } },
  {
    id: 'P7/search',
    metric: 'a log of 1,000,000 lines: search -> exact count',
    comparedWith: small,
    bound: { atMost: 1.2 },
  },
  {
    id: 'P7/frame',
    metric: 'a log of 1,000,000 lines: time of a frame while scrolling, p95',
    comparedWith: small,
    bound: { atMost: 1.2 },
  },
  {
    id: 'P7/heap',
    metric: 'a log of 1,000,000 lines: script heap after all of it',
    comparedWith: small,
    bound: { atMost: 1.5 },
  },
  {
    id: 'P7/late',
    metric: 'a log of 1,000,000 lines: frames over two of the screen in one visit while scrolling',
    comparedWith: 'none',
    bound: { atMost: 0 },
  },
  {
    id: 'P7/peer-open',
    metric: 'a log of 1,000,000 lines: open -> first line',
    comparedWith: peer,
    bound: { atMost: 0.1 },
  },
  { id: 'P7/peer-heap', metric: 'a log of 1,000,000 lines: script heap', comparedWith: peer, bound: { atMost: 0.1 } },
  { id: 'P9/history', metric: 'scripts of the history, gzip', comparedWith: empty, bound: { atMost: 1.08 } },
  { id: 'P9/log', metric: 'scripts of the log view, gzip', comparedWith: empty, bound: { atMost: 1.2 } },
  ...['overview', 'history', 'log'].flatMap((page): Goal[] => [
    {
      id: `P9/lcp-${page}`,
      metric: `LCP of the ${page}, processor four times slower`,
      comparedWith: empty,
      bound: { atMost: 1.25 },
    },
    { id: `P9/cls-${page}`, metric: `CLS of the ${page}`, comparedWith: 'nothing moves', bound: { atMost: 0 } },
  ]),
  {
    id: 'P9/inp',
    metric: 'INP of the log view while 1,000 lines a second come',
    comparedWith: 'the log view of a build that has ended',
    bound: { atMost: 1.5 },
  },
  {
    id: 'registry/restored-over-warm',
    metric: 'P10b rebuild on an emptied engine, from the registry: claim -> image pushed',
    comparedWith: 'the same on a warm engine',
    bound: { atMost: 1.25 },
  },
  {
    id: 'registry/restored-over-cold',
    metric: 'P10b rebuild on an emptied engine, from the registry: claim -> image pushed',
    comparedWith: 'the same without any cache',
    bound: { atMost: 0.25 },
  },
  {
    id: 'export/signed',
    metric: `P10a ${road}`,
    comparedWith: 'the same without an export',
    bound: { atMost: 1.02 },
  },
  ...[
    ['first', 'first build of a branch, on an emptied engine'],
    ['warm', 'build of a branch on a warm engine'],
    ['again', 'build of a branch that has a cache, on an emptied engine'],
  ].map(
    ([stage, what]): Goal => ({
      id: `isolation/${stage}`,
      metric: `P10c ${what}: claim -> image pushed`,
      comparedWith: 'the same with one cache that all branches share',
      bound: { atMost: 1.05 },
    }),
  ),
  {
    id: 'demo/second',
    metric: 'reference demo: builder time of the first build',
    comparedWith: 'the second, every step cached',
    bound: { atLeast: 28 },
  },
  {
    id: 'P12/makespan',
    metric: '50 builds of 5 organizations on two slots: first POST -> last succeeded',
    comparedWith: 'the raw script, two at a time',
    bound: { atMost: 1.03 },
  },
  {
    id: 'P12/fairness',
    metric: 'Jain’s index of slot-seconds per organization while all have work waiting',
    comparedWith: 'none',
    bound: { atLeast: 0.98 },
  },
  {
    id: 'P12/wait',
    metric: 'wait of a small organization beside one with 80 % of the backlog',
    comparedWith: 'its wait when all backlogs are equal',
    bound: { atMost: 1.2 },
  },
  {
    id: 'P12/tax',
    metric: 'processor time of all our processes',
    comparedWith: 'that of the steps of the builds',
    bound: { atMost: 0.05 },
  },
  ...hogs.map(
    ({ id }): Goal => ({
      id: `${id}/beside`,
      metric: 'S-041 an honest build beside one that wants everything: webhook POST -> succeeded',
      comparedWith: 'the same alone',
      bound: { atMost: 1.1 },
    }),
  ),
];

export function goalOf(id: string): Goal | undefined {
  return goals.find((goal) => goal.id === id);
}
