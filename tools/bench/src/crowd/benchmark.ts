import type { Bench, Benchmark, Measured } from '../benchmark.js';
import { findingOfPairs } from '../findings.js';
import { bootstrap } from '../measure/bootstrap.js';
import { median } from '../measure/quantile.js';
import type { Pair } from '../measure/ratio.js';
import { makeTenants, runCrowd, type Tenant } from './crowd-run.js';
import { runScripts } from './script-crowd.js';
import { fairness, firstWaits } from './slot-times.js';

const tenantCount = 5;
const equal = [10, 10, 10, 10, 10];
/** The first one holds four fifths of the backlog; the last one is the small tenant. */
const lopsided = [40, 3, 3, 2, 2];
const smallBuilds = 2;

/** Fifty builds of five organizations at one moment, on two slots. */
export const crowdBenchmark: Benchmark = {
  id: 'P12',
  about: [
    'ours: 50 pushes at one moment, each to a branch of its own, of 5 organizations with one project each, on one builder with two slots,',
    '  from before the first webhook POST until the last build is succeeded: built, pushed, signed in both formats, verified, tagged',
    'theirs: the same 50 builds by the raw script of P1 (clone, buildx build and push with a cache, cosign sign and attest), two at a time',
    'every build computes for about a second in a step that no cache has',
    'fairness: Jain’s index of slot-seconds of the organizations, from the first claim until one has nothing waiting any more',
    'wait: of the first two builds of a small organization, beside one with 40 of 50 builds, over the same where all have ten',
    'tax: processor time of our processes, children that have ended among them, over that of the steps (time of the steps, one processor each)',
  ],
  run: measure,
};

async function measure({ world, amount, random, say, signal }: Bench): Promise<Measured> {
  // Shares of slots remember what an organization has used: each crowd is of new ones, which have built once.
  const newTenants = async () => {
    const tenants = await makeTenants(world, tenantCount);
    await runCrowd(world, tenants, [1, 1, 1, 1, 1]);
    return tenants;
  };
  const script = await world.product.git.repository('crowd-script.git');
  const scriptUrl = world.product.git.url('crowd-script.git');
  say('warming up');
  await newTenants();
  await runScripts(world, script, scriptUrl, 2);
  const makespans: Pair[] = [];
  const waits: Pair[] = [];
  const fair: number[] = [];
  const taxes: Pair[] = [];
  for (let at = 0; at < amount.pairs; at++) {
    signal.throwIfAborted();
    const theirs = await runScripts(world, script, scriptUrl, 50);
    const alike = await newTenants();
    const crowd = await runCrowd(world, alike, equal);
    say(`round ${at + 1}: scripts ${Math.round(theirs / 1000)} s, ours ${Math.round(crowd.ms / 1000)} s`);
    signal.throwIfAborted();
    const mixed = await newTenants();
    const beside = await runCrowd(world, mixed, lopsided);
    makespans.push({ ours: crowd.ms, theirs });
    fair.push(fairness(crowd.times));
    const smallOf = (tenants: readonly Tenant[]) => tenants.at(-1)!.organizationId;
    waits.push({
      ours: firstWaits(beside.times, smallOf(mixed), smallBuilds),
      theirs: firstWaits(crowd.times, smallOf(alike), smallBuilds),
    });
    taxes.push({ ours: crowd.ownCpuMs, theirs: await world.rows.stepMs(crowd.times.map(({ buildId }) => buildId)) });
  }
  const jain = bootstrap(fair, median, random);
  return {
    findings: [
      findingOfPairs('P12/makespan', makespans, random),
      { id: 'P12/fairness', ours: jain.value.toFixed(3), theirs: '1', ratio: jain, pairs: fair.length },
      findingOfPairs('P12/wait', waits, random),
      findingOfPairs('P12/tax', taxes, random),
    ],
  };
}
