import type { Bench, Benchmark, Finding, Measured } from '../../benchmark.js';
import { findingOfPairs } from '../../findings.js';
import { type BranchRound, BranchRounds } from './branch-rounds.js';
import { stages } from './sharing.js';

export const costOfIsolation: Benchmark = {
  id: 'isolation',
  about: [
    'what it costs that no branch writes what others read',
    'ours: each round pushes to a branch that nobody has seen, whose builds read their own reference or, where there is none yet,',
    '  the default branch’s; theirs: the same product in another project, where all push to the default branch, so that one',
    '  reference is read and written by everybody. Nothing else differs: plain buildx with one reference would compare two',
    '  clients and not two ways to name caches',
    'first: a branch’s first build on an emptied engine, when it has no reference yet; again: one on an engine that was emptied',
    '  once more, when it has one; both change nothing that the build uses. warm: between them, one file changed and three',
    '  steps run, on the engine that made the first. From the claim until the image is in the staging repository; with-export',
    '  adds what the export takes afterwards',
    'a round has no result unless exactly these steps ran, the default branch’s reference is untouched on our side and written',
    '  on theirs; the next build starts when the export of the one before has ended',
  ],
  run: measure,
};

async function measure({ world, amount, random, say, signal }: Bench): Promise<Measured> {
  if (amount.coldPairs === 0) return { findings: [] };
  say('warming up');
  const shared = await BranchRounds.open(world, 'shared');
  const isolated = await BranchRounds.open(world, 'isolated');
  for (const one of [shared, isolated]) await one.run();
  const rounds: { readonly theirs: BranchRound; readonly ours: BranchRound }[] = [];
  for (let at = 0; at < amount.coldPairs; at++) {
    signal.throwIfAborted();
    const theirs = await shared.run();
    rounds.push({ theirs, ours: await isolated.run() });
    say(`round ${at + 1} of ${amount.coldPairs}`);
  }
  const findings = stages.flatMap((stage): Finding[] => {
    const pairs = (name: 'ms' | 'withExportMs') =>
      rounds.map(({ ours, theirs }) => ({ ours: ours[stage][name], theirs: theirs[stage][name] }));
    const all = findingOfPairs(`isolation/${stage}/with-export`, pairs('withExportMs'), random);
    return [findingOfPairs(`isolation/${stage}`, pairs('ms'), random), all];
  });
  return { findings };
}
