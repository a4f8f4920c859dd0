import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Benchmark, Measured } from '../../benchmark.js';
import { findingOfBlocks } from '../../findings.js';
import { median } from '../../measure/quantile.js';
import { ChildLives } from '../../world/child-lives.js';
import { type Claim, Claims } from './claims.js';
import { QueueHop } from './queue-hop.js';

const blockSize = 10;
const pauseMs = 10;
/** A poller that looks once in this time. */
const pollMs = 1_000;

export const deliveryToClaim: Benchmark = {
  id: 'P2',
  about: [
    'theirs: BullMQ, from before `add` until the processor runs, over the same Redis, producer and worker in this process',
    'ours: from the 202 in this process until PostgreSQL notifies that the build runs, a project whose mirror has the commit;',
    '  time inside git left out: the moments in which control had a child process that came and went, seen in /proc from the',
    '  first look at it to the last (three looks a millisecond), so rather too little is left out than too much',
    'one at a time on an idle system, 10 ms apart, in blocks of ten by turns; every delivery is one build, claimed once',
    'the poller is computed: each delivery comes at a random moment between two of its looks',
  ],
  run: measure,
};

async function measure(bench: Bench): Promise<Measured> {
  const { world } = bench;
  const lives = new ChildLives(await world.product.pidOf('control'));
  const hop = new QueueHop(world.product.redisUrl);
  try {
    await Promise.all([lives.ready(), hop.ready()]);
    const claims = await Claims.prepare(world, lives);
    await hop.measure(blockSize, pauseMs);
    const measured = await interleaveBlocks(bench, claims, hop);
    await claims.check();
    return resultOf(bench, measured);
  } finally {
    await Promise.all([lives.close(), hop.close()]);
  }
}

interface MeasuredBlock {
  readonly raw: readonly number[];
  readonly claims: readonly Claim[];
}

async function interleaveBlocks(
  { amount, signal, say }: Bench,
  claims: Claims,
  hop: QueueHop,
): Promise<MeasuredBlock[]> {
  const blocks: MeasuredBlock[] = [];
  const count = amount.pairs * 2;
  for (let at = 0; at < count; at++) {
    signal.throwIfAborted();
    const raw = await hop.measure(blockSize, pauseMs);
    const ours: Claim[] = [];
    for (let claim = 0; claim < blockSize; claim++) {
      await delay(pauseMs);
      ours.push(await claims.one());
    }
    blocks.push({ raw, claims: ours });
    if ((at + 1) % 5 === 0) say(`block ${at + 1} of ${count}`);
  }
  return blocks;
}

function resultOf({ random }: Bench, measured: readonly MeasuredBlock[]): Measured {
  const times = measured.map(({ raw, claims }) => ({ theirs: raw, ours: claims.map(({ ms, gitMs }) => ms - gitMs) }));
  const polled = times.map(({ ours }) => ({ ours, theirs: ours.map(() => random() * pollMs) }));
  const all = measured.flatMap(({ claims }) => claims);
  const part = (name: string, of: (claim: Claim) => number) => ({ name, ms: median(all.map(of)) });
  return {
    findings: [
      findingOfBlocks('P2/p50', times, 0.5, random),
      findingOfBlocks('P2/p99', times, 0.99, random),
      findingOfBlocks('P2/poller', polled, 0.99, random),
    ],
    breakdowns: [
      {
        title: 'P2: where our time goes',
        parts: [
          part('git (left out)', (claim) => claim.gitMs),
          part('take, evaluate, commit', (claim) => claim.evaluateMs),
          part('dispatch, queue, claim', (claim) => claim.dispatchMs),
        ],
      },
    ],
  };
}
