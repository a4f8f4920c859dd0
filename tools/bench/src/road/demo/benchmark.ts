import type { Bench, Benchmark, Measured } from '../../benchmark.js';
import { findingOfPairs } from '../../findings.js';
import type { Pair } from '../../measure/ratio.js';
import { DemoRound, type DemoTimes, demoFiles } from './demo-round.js';

export const referenceDemo: Benchmark = {
  id: 'demo',
  about: [
    'examples/reference-demo through the product, a new project each time: the first build on an empty engine, a second of a',
    '  commit that changes nothing the build uses, a third after the engine was emptied again and has the registry cache alone',
    'builder time: from the claim until the image is in the staging repository, by the rows of the product; the first build’s',
    '  over the second’s, and over the third’s',
    'every step of the second and third build has to be cached; stock cosign verifies all three',
  ],
  run: measure,
};

async function measure({ world, amount, random, say, signal }: Bench): Promise<Measured> {
  if (amount.coldPairs === 0) return { findings: [] };
  const files = await demoFiles();
  await DemoRound.run(world, files);
  const rounds: DemoTimes[] = [];
  for (let at = 0; at < amount.coldPairs; at++) {
    signal.throwIfAborted();
    rounds.push(await DemoRound.run(world, files));
    say(`round ${at + 1} of ${amount.coldPairs}`);
  }
  const firstAgainst = (other: 'second' | 'restored') =>
    rounds.map((round): Pair => ({ ours: round.first, theirs: round[other] }));
  return {
    findings: [
      findingOfPairs('demo/second', firstAgainst('second'), random),
      findingOfPairs('demo/restored', firstAgainst('restored'), random),
    ],
  };
}
