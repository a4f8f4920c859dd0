import { cpuTimeMs } from './cpu-time.js';

/** On a busy machine the compiler comes late: what is not compiled yet costs several times as much. */
const [leastRounds, maxRounds] = [3, 100];

/**
 * How many times more of the processor `large` takes than `small`. What else this process does, as its garbage collector and
 * its compiler, only adds: the least of several rounds counts of each, and the two take turns. It ends early when the ratio is
 * below `enough`. A millisecond is added to both: a thousandth more than nothing cannot be distinguished from nothing.
 */
export function costRatio(large: () => unknown, small: () => unknown, enough: number): number {
  // What the compiler does at first is not the work's.
  small();
  large();
  let [ofLarge, ofSmall, ratio] = [Infinity, Infinity, Infinity];
  for (let round = 0; round < maxRounds && (round < leastRounds || ratio >= enough); round++) {
    ofSmall = Math.min(ofSmall, costOf(small));
    ofLarge = Math.min(ofLarge, costOf(large));
    ratio = (ofLarge + 1) / (ofSmall + 1);
  }
  return ratio;
}

function costOf(work: () => unknown): number {
  const begunMs = cpuTimeMs();
  work();
  return cpuTimeMs() - begunMs;
}
