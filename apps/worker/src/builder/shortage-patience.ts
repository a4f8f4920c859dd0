import type { Lane } from '@cooperage/domain';

/** In looks of the floor, of which there are two in a second. */
export interface Patience {
  /** After so many one of the builds ends that may be the cause, and after so many more the next one. */
  readonly untilOne: number;
  /** The same where the disk recovers bit by bit meanwhile, which gives more time. */
  readonly untilOneAtMost: number;
  /** After so many all of them end. */
  readonly untilAll: number;
}

/** What an engine frees after a build has ended takes some seconds. */
const ofStrangers: Patience = { untilOne: 20, untilOneAtMost: 80, untilAll: 120 };

/** The pools of a machine share its disk, and neither sees the builds of the other: strangers' end before those that are trusted. */
export function patienceOf(lane: Lane): Patience {
  if (lane === 'strangers') return ofStrangers;
  return times(ofStrangers, 2);
}

/** How long a shortage lasts, in looks. */
export interface ShortageAge {
  /** Since it began, or the disk recovered a bit. */
  readonly looks: number;
  /** The same, and since a build was ended in it. */
  readonly looksSinceEnd: number;
  /** Since a build was ended in it or nobody was found that may be the cause, whether the disk recovers or not. */
  readonly looksUnjudged: number;
}

/** How many of the builds that may be the cause of a shortage have to end now. */
export function endsDue(
  { looks, looksSinceEnd, looksUnjudged }: ShortageAge,
  { untilOne, untilOneAtMost, untilAll }: Patience,
): 'none' | 'one' | 'all' {
  if (looks >= untilAll) return 'all';
  return looksSinceEnd >= untilOne || looksUnjudged >= untilOneAtMost ? 'one' : 'none';
}

const mostFactor = 8;

/**
 * Patience with the next shortage. Where one went on although all had ended, as by an operator's own files that come and go, they were not
 * the cause: builds get twice the time, so that they are not ended each time.
 */
export function nextFactor(factor: number, endedInVain: boolean): number {
  return endedInVain ? Math.min(mostFactor, factor * 2) : 1;
}

export function times({ untilOne, untilOneAtMost, untilAll }: Patience, factor: number): Patience {
  return { untilOne: untilOne * factor, untilOneAtMost: untilOneAtMost * factor, untilAll: untilAll * factor };
}
