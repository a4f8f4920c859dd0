/** What is known of a build while the disk is short. */
export interface DiskSuspect {
  /** Bytes that it is known to have brought to the disk lately. */
  readonly recent: number;
  /** The same since it began. */
  readonly known: number;
  /** Whether it may bring what nobody can see. */
  readonly isBlind: boolean;
  /** Whether nobody sees what its steps write, ever: no reason to end one at once. */
  readonly isHidden: boolean;
  /** Bytes that the disk has lost since the build began: the most that it can be the cause of. */
  readonly fall: number;
  /** How often the disk has become short since it began, again and again within half a minute. */
  readonly shortages: number;
  /** Larger for one that began later. */
  readonly order: number;
}

interface Blamed<T> {
  readonly who: T;
  /** In a sentence, behind "this build". */
  readonly why: string;
}

/** A build that lets the disk grow by less is no reason for its end. */
export const leastGrowthBytes = 64 * 1024 ** 2;
/** What is known of a layer is its packed size, and on the disk it is there twice. Nothing more is known. */
const mostUntold = 8;
/** Who was there while this part of the longest fall happened may have caused it. What went before took builds their time to need. */
const causePart = 0.5;
/** Whoever is known to have brought this part of what has gone since it began has no need of another one to be the cause. */
const explainedPart = 0.5;

const unseen = 'of which nobody can see how much it fetches and writes';

/**
 * The one that is at once taken for the cause: the one that is known to have brought most lately. Where all that is known does not
 * explain what has gone, one of which it cannot be known (R6-A8). Null where there is none: somebody else may have it, see `suspects`.
 * @param goneBytes from the disk, in the time that is lately
 */
export function blamed<T extends DiskSuspect>(running: readonly T[], goneBytes: number): Blamed<T> | null {
  const known = running.reduce((sum, { recent }) => sum + recent, 0);
  if (goneBytes >= leastGrowthBytes && goneBytes > known * mostUntold) {
    const [blind] = inOrder(running.filter(({ isBlind }) => isBlind));
    return blind ? { who: blind, why: unseen } : null;
  }
  const [largest] = running.toSorted((a, b) => b.recent - a.recent);
  if (!largest || largest.recent < leastGrowthBytes) return null;
  return { who: largest, why: 'which fetched and wrote more than others' };
}

/**
 * Those that may be the cause of a shortage that does not end, the likeliest first. Not all that a step takes can be seen (R22B-4), so
 * that nothing is known of a build does not clear it. One since whose begin the disk has hardly lost anything is cleared.
 * @param leastFall bytes
 */
export function suspects<T extends DiskSuspect>(running: readonly T[], leastFall: number): Blamed<T>[] {
  return inOrder(running.filter(({ fall }) => fall >= leastFall)).map((who) => ({
    who,
    why: who.isBlind || who.isHidden ? unseen : 'which ran while the disk filled up',
  }));
}

/**
 * Those that were there for the fall, those that explain it, those that nobody can see. Among equals those that were there each time that the
 * disk became short, since what is ended and begins anew is not (R23B-2), then the newest. A long build was there each time too, so this
 * does not outweigh what is known (R24A-2).
 */
function inOrder<T extends DiskSuspect>(running: readonly T[]): T[] {
  const longest = Math.max(...running.map(({ fall }) => fall));
  const rank = ({ fall, known, isBlind, isHidden }: T) =>
    (fall >= longest * causePart ? 4 : 0) +
    (fall > 0 && known >= fall * explainedPart ? 2 : 0) +
    (isBlind || isHidden ? 1 : 0);
  return running.toSorted((a, b) => rank(b) - rank(a) || b.shortages - a.shortages || b.order - a.order);
}
