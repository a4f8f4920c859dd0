import { setTimeout as delay } from 'node:timers/promises';
import { type Bench, type Benchmark, type Finding, type Measured, partOf } from '../benchmark.js';
import { demand } from '../measure/inexact.js';
import { interleave } from '../measure/interleave.js';
import { median } from '../measure/quantile.js';
import { type Pair, pairRatio } from '../measure/ratio.js';
import { startBareServer } from './bare-server.js';
import { IntakeSide } from './intake-side.js';
import { type RawAnswer, RawClient } from './raw-client.js';
import { signedPushes } from './signed-pushes.js';

const projects = 200;
const connections = 64;
const requestsOfRound = 8_000;
const burst = 1_000;
const burstMs = 1_000;
const overload = 5;
const overloadSeconds = 20;
/** More than the API takes at once, so that it has to refuse. */
const overloadConnections = 4_096;
const tickMs = 5;

export const webhookIntake: Benchmark = {
  id: 'P3',
  about: [
    'theirs: a bare node:http server in a process of its own: reads the body, checks the HMAC, parses it, stores nothing',
    `ours: the API, a delivery and its outbox row committed before the 202; ${projects} projects; control is stopped, so nothing is evaluated meanwhile`,
    `rate: ${requestsOfRound} signed pushes of 4.2 KB over ${connections} connections; each side by turns, the same sender in this process`,
    `burst: ${burst} pushes of ${projects} projects, one a millisecond; a lost one leaves no result`,
    `overload: ${overload} times the rate of the round before, whether or not answers come, for ${overloadSeconds} s; 202s a second against that rate`,
    'the sender shares the processors with what it measures, which costs the goodput under overload most',
  ],
  run: measure,
};

async function measure(bench: Bench): Promise<Measured> {
  const { world, amount, say } = bench;
  say(`making ${projects} projects`);
  const side = await IntakeSide.prepare(world, projects);
  const bare = await startBareServer(side.targets);
  const ours = new RawClient(side.port, connections);
  const theirs = new RawClient(bare.port, connections);
  try {
    const round = partOf(amount, requestsOfRound, 500);
    const rateOf = async (client: RawClient, check: (answers: readonly RawAnswer[]) => number) => {
      const requests = signedPushes(side.targets, round);
      const begunMs = performance.now();
      const answers = await client.sendAll(requests);
      const seconds = (performance.now() - begunMs) / 1000;
      demand(check(answers) === round, 'a webhook was not accepted');
      return round / seconds;
    };
    const all202 = (answers: readonly RawAnswer[]) => answers.filter(({ status }) => status === 202).length;
    const oursRate = () => rateOf(ours, (answers) => side.count(answers));
    await oursRate();
    await rateOf(theirs, all202);
    const pairs = await interleave(
      amount.pairs,
      { theirs: () => rateOf(theirs, all202), ours: oursRate },
      bench.signal,
    );
    say('a burst');
    const burstTookMs = await sendBurst(side, ours);
    say('overload');
    const overloaded: Pair[] = [];
    while (overloaded.length < amount.coldPairs) {
      bench.signal.throwIfAborted();
      const peak = await oursRate();
      overloaded.push({ theirs: peak, ours: await goodput(side, peak, partOf(amount, overloadSeconds, 2)) });
    }
    await side.check();
    return { findings: findingsOf(bench, pairs, overloaded, burstTookMs) };
  } finally {
    for (const client of [ours, theirs]) client.close();
    bare.close();
  }
}

/** @returns from the first request to the last answer, milliseconds */
async function sendBurst(side: IntakeSide, client: RawClient): Promise<number> {
  const requests = signedPushes(side.targets, burst);
  const begunMs = performance.now();
  const waiting: Promise<RawAnswer>[] = [];
  while (waiting.length < burst) {
    const due = Math.min(burst, Math.ceil(((performance.now() - begunMs) / burstMs) * burst));
    while (waiting.length < due) {
      const answer = client.send(requests[waiting.length]!);
      if (!answer) break;
      waiting.push(answer);
    }
    await delay(1);
  }
  const accepted = side.count(await Promise.all(waiting));
  demand(accepted === burst, `${burst - accepted} of ${burst} webhooks were refused`);
  return performance.now() - begunMs;
}

/** Sends at a multiple of `peak`, whether or not answers come. @returns 202s a second */
async function goodput(side: IntakeSide, peak: number, seconds: number): Promise<number> {
  const client = new RawClient(side.port, overloadConnections);
  const offered = overload * peak;
  const pool = signedPushes(side.targets, Math.ceil(Math.min(offered * seconds, 40_000)));
  const waiting: Promise<RawAnswer>[] = [];
  const begunMs = performance.now();
  try {
    for (let nowMs = 0; nowMs < seconds * 1000 && waiting.length < pool.length; nowMs = performance.now() - begunMs) {
      const due = Math.min(pool.length, Math.ceil((nowMs / 1000) * offered));
      while (waiting.length < due) {
        const answer = client.send(pool[waiting.length]!);
        if (!answer) break;
        waiting.push(answer);
      }
      await delay(tickMs);
    }
    const answers = await Promise.all(waiting);
    return (side.count(answers) * 1000) / (performance.now() - begunMs);
  } finally {
    client.close();
  }
}

function findingsOf({ random }: Bench, pairs: readonly Pair[], loads: readonly Pair[], burstMs: number): Finding[] {
  const rate = (rates: readonly Pair[], side: keyof Pair) => `${median(rates.map((pair) => pair[side])).toFixed(0)}/s`;
  const finding = (id: string, of: readonly Pair[]): Finding => ({
    id,
    ours: rate(of, 'ours'),
    theirs: rate(of, 'theirs'),
    ratio: pairRatio(of, random),
    pairs: of.length,
  });
  return [
    finding('P3/rate', pairs),
    {
      ...{ id: 'P3/burst', ours: `none lost, ${burstMs.toFixed(0)} ms`, theirs: 'none lost', pairs: 1, counted: true },
      ratio: { value: 0, low: 0, high: 0 },
    },
    finding('P3/overload', loads),
  ];
}
