import type { DiskRoom } from '@cooperage/domain';
import { mostLooks } from './disk-growth.js';

/** Builds start again when there is a little more than where they were ended, so that it does not go to and fro. */
const enoughPart = 1.25;
/** After one was ended the next one ends when this part of the floor has gone meanwhile: what goes on alone is kept. */
export const fallPart = 0.125;

/**
 * How much of the disk's bytes, or of its inodes, was free lately: whether it is short, and how it has risen and fallen since something was
 * ended. It decides nothing; `DiskFloor` does, by what is said here and by `ShortageMemory`.
 */
export class RoomWatch {
  isShort = false;
  /** When the last build was ended in this shortage. */
  private freeAtEnd = Infinity;
  /** When this shortage began, or a build or the engine was ended in it, whichever came last. */
  private freeSince = Infinity;
  private readonly frees: number[] = [];
  /** What was free most while it was short, since a build was ended or the shortages before were forgotten. */
  private best = Infinity;
  /** At the look at which it has become short. */
  hasBegun = false;
  /** Whether it is short, and there is a good part more than ever while it was. */
  hasRisen = false;

  look({ free, floor }: DiskRoom): void {
    this.frees.push(free);
    if (this.frees.length > mostLooks) this.frees.shift();
    const wasShort = this.isShort;
    this.isShort = free < (wasShort ? floor * enoughPart : floor);
    if (!this.isShort) this.freeAtEnd = Infinity;
    if (!wasShort) this.freeSince = free;
    this.hasBegun = this.isShort && !wasShort;
    this.hasRisen = this.isShort && free >= this.best + floor * fallPart;
    if (this.hasRisen || (this.isShort && this.best === Infinity)) this.best = free;
  }

  forget(): void {
    this.best = Infinity;
  }

  hasFallen({ free, floor }: DiskRoom): boolean {
    return free <= this.freeAtEnd - floor * fallPart;
  }

  /** Whether it shrinks on within a shortage, although something was ended. */
  goesOn({ free, floor }: DiskRoom): boolean {
    return free <= this.freeSince - floor * fallPart;
  }

  ended({ free }: DiskRoom): void {
    this.best = free;
    this.freeAtEnd = free;
    this.freeSince = free;
  }

  asked({ free }: DiskRoom): void {
    this.freeSince = free;
  }

  /** Since it had most, within the last looks. */
  gone({ free }: DiskRoom): number {
    return Math.max(...this.frees) - free;
  }
}
