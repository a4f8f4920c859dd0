import type { CacheBackend } from '@cooperage/domain';
import type { Bench, Benchmark, Breakdown, Finding, Measured } from '../../benchmark.js';
import { findingOfPairs } from '../../findings.js';
import { median } from '../../measure/quantile.js';
import type { Pair } from '../../measure/ratio.js';
import { OurRounds } from './our-rounds.js';
import { PlainRounds } from './plain-rounds.js';
import { type Round, stages } from './round.js';

/** What a backend costs and gives back, ours beside the plain command's. */
export function backendBenchmark(backend: CacheBackend): Benchmark {
  return {
    id: backend,
    about: [
      `a cache kept by ${backend}: a build on an emptied engine without any cache, a second one that changes nothing the build`,
      '  uses, a third after the engine was emptied again; one stage with a layer of 60 MB and a step of two seconds',
      'theirs: docker-buildx build --push with the documented flags of this backend and no provenance, wall time of the command,',
      '  which writes the cache before it ends; ours: from the claim until the image is in the staging repository, which reads',
      '  the source from git; with-export adds what our export takes afterwards, when the image is long signed',
      'same engine, registry and files, a repository of its own for each round of each side, theirs and ours in turn; the layers',
      '  of all three images have to hold the same bytes, of which most are random: no step ran twice',
    ],
    run: (bench) => measure(backend, bench),
  };
}

async function measure(backend: CacheBackend, { world, amount, random, say, signal }: Bench): Promise<Measured> {
  const plain = new PlainRounds(world, backend);
  const own = new OurRounds(world, backend);
  if (amount.coldPairs === 0) return { findings: [] };
  say('warming up');
  await plain.run();
  await own.run();
  const rounds: { readonly theirs: Round; readonly ours: Round }[] = [];
  for (let at = 0; at < amount.coldPairs; at++) {
    signal.throwIfAborted();
    const theirs = await plain.run();
    rounds.push({ theirs, ours: await own.run() });
    say(`round ${at + 1} of ${amount.coldPairs}`);
  }
  const pairsOf = (pair: (round: (typeof rounds)[number]) => Pair) => rounds.map(pair);
  const beside = stages.flatMap((stage): Finding[] => {
    const ours = (with_: 'ms' | 'withExportMs') =>
      pairsOf((round) => ({ ours: round.ours[stage][with_], theirs: round.theirs[stage].ms }));
    const all = findingOfPairs(`${backend}/${stage}/with-export`, ours('withExportMs'), random);
    return [findingOfPairs(`${backend}/${stage}`, ours('ms'), random), all];
  });
  const restoredOver = (stage: 'warm' | 'cold') =>
    findingOfPairs(
      `${backend}/restored-over-${stage}`,
      pairsOf(({ ours }) => ({ ours: ours.restored.ms, theirs: ours[stage].ms })),
      random,
    );
  return {
    findings: [...beside, restoredOver('warm'), restoredOver('cold')],
    breakdowns: [
      breakdown(
        backend,
        rounds.map(({ ours }) => ours),
      ),
    ],
  };
}

function breakdown(backend: CacheBackend, rounds: readonly Round[]): Breakdown {
  const parts = stages.flatMap((stage) => {
    const typical = (name: 'ms' | 'signedMs' | 'withExportMs') => median(rounds.map((round) => round[stage][name]));
    return [
      { name: `${stage}: until the image is pushed`, ms: typical('ms') },
      { name: `${stage}: webhook until signed and tagged`, ms: typical('signedMs') },
      { name: `${stage}: pushed, and the cache exported`, ms: typical('withExportMs') },
    ];
  });
  return { title: `${backend}: our medians`, parts };
}
