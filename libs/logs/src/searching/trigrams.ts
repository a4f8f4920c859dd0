/** Bits of the largest set: what fits into the row of a chunk beside its other columns. */
const mostBits = 8_192;
const fewestBits = 64;
/** A set is made half as large for as long as no more than this share of its bits is set then. */
const fullShare = 0.4;

const lineFeed = 10;
const lastAscii = 127;

/**
 * Which runs of three characters there are in some text, as bits: what a text holds, its set holds; what a set holds may be
 * elsewhere. Upper and lower case are one. Only characters of ASCII count, which is what tools print and people look for.
 */
export class TrigramSet {
  private readonly bits = new Uint8Array(mostBits / 8);

  /** Lines are taken apart: no three characters reach over a line feed. */
  add(text: string): void {
    eachTrigram(text, (hash) => {
      const bit = hash & (mostBits - 1);
      this.bits[bit >>> 3]! |= 1 << (bit & 7);
    });
  }

  /** The set as it is stored, its size a power of two, and begins an empty one. */
  cut(): Uint8Array {
    let set = this.bits.slice();
    this.bits.fill(0);
    for (let half = folded(set); half && countBits(half) <= half.length * 8 * fullShare; half = folded(set)) set = half;
    return set;
  }
}

/** What each set must hold of a text that is looked for; none when the text is too short or too foreign to tell. */
export function trigramsOf(text: string): number[] {
  const found = new Set<number>();
  eachTrigram(text, (hash) => found.add(hash));
  return [...found];
}

/** False where no line holds the text of these trigrams. A store in SQL says the same by `get_bit`. */
export function mayHold(set: Uint8Array, trigrams: readonly number[]): boolean {
  return trigrams.every((hash) => {
    const bit = hash & (set.length * 8 - 1);
    return (set[bit >>> 3]! & (1 << (bit & 7))) !== 0;
  });
}

/** Calls back with a number of 21 bits for each run of three; equal runs have equal numbers. */
function eachTrigram(text: string, found: (hash: number) => void): void {
  const lower = text.toLowerCase();
  let run = 0;
  let key = 0;
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at);
    if (code > lastAscii || code === lineFeed) run = 0;
    else {
      key = ((key << 7) | code) & 0x1f_ffff;
      if (++run >= 3) found(Math.imul(key, 0x9e37_79b1) >>> 11);
    }
  }
}

/** Half as large: a bit of it stands for two of the other. */
function folded(set: Uint8Array): Uint8Array<ArrayBuffer> | null {
  if (set.length * 8 <= fewestBits) return null;
  const half = set.slice(0, set.length / 2);
  for (let at = 0; at < half.length; at++) half[at]! |= set[half.length + at]!;
  return half;
}

function countBits(set: Uint8Array): number {
  let count = 0;
  for (let byte of set) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}
