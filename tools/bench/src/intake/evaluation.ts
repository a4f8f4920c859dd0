import { type Bench, type Benchmark, type Measured, partOf } from '../benchmark.js';
import { findingOfPairs } from '../findings.js';
import { interleave } from '../measure/interleave.js';
import { HeadCrowd } from './head-crowd.js';

const organizations = 10;
const projects = 200;
const burst = 1_000;
const burstMs = 1_000;

export const evaluationOfBurst: Benchmark = {
  id: 'P3',
  about: [
    `ours: ${burst} deliveries for new heads of ${projects} projects of ${organizations} organizations, evenly over a second`,
    `theirs: one delivery for each of the ${projects} new heads, all at one moment, on the same processes with nothing else to do`,
    'both: from before the first POST until every delivery is evaluated; every head has exactly one build',
    'no builder runs, so what is evaluated stays queued',
  ],
  run: measure,
};

async function measure({ world, amount, random, say, signal }: Bench): Promise<Measured> {
  const count = partOf(amount, projects, 20);
  const deliveries = partOf(amount, burst, 100);
  say(`making ${count} projects with a repository each`);
  const crowd = await HeadCrowd.prepare(world, organizations, count);
  const round = async (each: number, overMs: number) => crowd.evaluate(await crowd.heads(), each, overMs);
  await round(count, 0);
  say(`bursts of ${deliveries}`);
  const pairs = await interleave(
    amount.coldPairs,
    { theirs: () => round(count, 0), ours: () => round(deliveries, burstMs) },
    signal,
  );
  return { findings: [findingOfPairs('P3/evaluated', pairs, random)] };
}
