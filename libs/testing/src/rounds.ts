import { randomInt } from 'node:crypto';

/** Whether long runs were asked for, by `./cooperage test --soak`. */
export const isSoaking = process.env.COOPERAGE_TEST_SOAK === '1';

/**
 * Seeds of random rounds. An ordinary run has the same ones every time, so that whoever changes nothing breaks nothing; a long
 * run looks for new trouble. A test names its seed, and `COOPERAGE_TEST_SEED` runs that one again.
 * @param usual how many there are in an ordinary run
 * @param soak how many there are when long runs were asked for
 */
export function seeds(usual: number, soak: number): number[] {
  const wanted = process.env.COOPERAGE_TEST_SEED;
  if (wanted !== undefined) return [Number(wanted)];
  if (isSoaking) return Array.from({ length: soak }, () => randomInt(2 ** 31));
  return Array.from({ length: usual }, (_, index) => index + 1);
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Dice {
  constructor(private state: number) {}

  /** From 0 up to and without `sides`. */
  roll(sides: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.roll(choices.length)]!;
  }
}
