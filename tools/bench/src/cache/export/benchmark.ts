import type { Bench, Benchmark, Measured } from '../../benchmark.js';
import { findingOfPairs } from '../../findings.js';
import { interleave } from '../../measure/interleave.js';
import { OurRoad } from '../../road/p1/our-road.js';
import { applicationTree, withChangedFile } from '../../road/p1/source-tree.js';
import type { World } from '../../world/world.js';

export const costOfExport: Benchmark = {
  id: 'export',
  about: [
    'what the export of a cache costs until an image is signed and tagged: one file changed, three steps run, on a warm engine',
    'ours: a project whose builds export to the registry; theirs: one whose builds are kept from it by a trigger in the',
    '  database once its first has exported, so that both read a cache and nothing else differs: to read one costs a build some',
    '  requests, whoever wrote it; from before the webhook POST until the build is announced as succeeded; the next run starts',
    '  when the export of the one before has ended',
  ],
  run: measure,
};

async function measure({ world, amount, random, say, signal }: Bench): Promise<Measured> {
  const ours = await side(world);
  const theirs = await side(world);
  say('warming up');
  for (const one of [theirs, ours]) await one.run();
  await world.rows.keepFromExporting(theirs.projectId);
  for (const one of [theirs, ours]) await one.run();
  const pairs = await interleave(amount.pairs, { theirs: theirs.run, ours: ours.run }, signal);
  return { findings: [findingOfPairs('export/signed', pairs, random)] };
}

async function side(world: World) {
  const repository = await world.product.repository();
  const road = new OurRoad(world, repository);
  const files = applicationTree();
  const run = async () => {
    const { ms, buildId } = await road.run(await repository.git.commit(withChangedFile(files)));
    await road.settled(buildId);
    return ms;
  };
  return { projectId: repository.project.id, run };
}
