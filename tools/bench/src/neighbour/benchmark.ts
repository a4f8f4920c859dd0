import { randomUUID } from 'node:crypto';
import type { Bench, Benchmark, Measured } from '../benchmark.js';
import { findingOfPairs } from '../findings.js';
import { interleave } from '../measure/interleave.js';
import { OurRoad } from '../road/p1/our-road.js';
import { HogBuild } from './hog-build.js';
import { type Hog, limits } from './hogs.js';

/** Computes for a while, writes 16 MiB that nothing can compress, and prints a little, as builds do. */
const honest = () => `FROM debian:bookworm
RUN : ${randomUUID()}; head -c 150000000 /dev/zero | sha256sum
RUN head -c 16777216 /dev/urandom > /result; seq 200
`;

/** How much an honest build is slowed by one beside it that wants everything (S-041). */
export function neighbourBenchmark(hog: Hog): Benchmark {
  return {
    id: hog.id,
    about: [
      `beside ${hog.what}`,
      'theirs: an honest build of another project alone; ours: the same while the hog’s step runs on the same engine and builder,',
      '  from before the webhook POST until the build is announced as succeeded: a step that computes, one that writes 16 MiB',
      'both have the same limits: one processor, 256 MiB of memory, 64 processes, 256 MiB of disk; the hog is started before',
      '  the clock and stopped after it, and a pair has no result where it ended by itself; one that the builder ended for',
      '  going on at its limit counts, as it would for an honest neighbour',
    ],
    run: (bench) => measure(hog, bench),
  };
}

async function measure(hog: Hog, { world, amount, random, say, signal }: Bench): Promise<Measured> {
  const hogRepository = await world.product.repository({ limits });
  const road = new OurRoad(world, await world.product.repository({ limits, cacheMode: 'none' }));
  const alone = async () => {
    const { ms, buildId } = await road.run(await road.repository.git.commit({ Dockerfile: honest() }));
    await road.settled(buildId);
    return ms;
  };
  let ended = 0;
  const beside = async () => {
    const neighbour = await HogBuild.start(world, hogRepository, hog);
    const ms = await alone();
    if (!(await neighbour.stop())) ended++;
    return ms;
  };
  say('warming up');
  await beside();
  await alone();
  const pairs = await interleave(amount.pairs, { theirs: alone, ours: beside }, signal);
  if (ended > 0) say(`${ended} of ${pairs.length + 1} hogs were ended before their neighbour was`);
  return { findings: [findingOfPairs(`${hog.id}/beside`, pairs, random)] };
}
